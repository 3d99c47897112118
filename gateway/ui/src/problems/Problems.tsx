import { EmptyState } from "@/design/Panel";
import { text } from "@/text/text";

export default function Problems() {
  return <EmptyState icon="check" title={text("problems.none")} />;
}
