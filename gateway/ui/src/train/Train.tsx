import { EmptyState } from "@/design/Panel";
import { text } from "@/text/text";

export default function Train() {
  return <EmptyState icon="training" title={text("train.title")} />;
}
