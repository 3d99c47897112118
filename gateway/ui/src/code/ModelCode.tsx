import { EmptyState } from "@/design/Panel";
import { text } from "@/text/text";

export default function ModelCode() {
  return <EmptyState icon="code" title={text("code.title")} />;
}
