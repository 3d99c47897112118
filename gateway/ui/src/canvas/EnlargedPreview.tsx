import { Dialog } from "@/design/Dialog";
import { text } from "@/text/text";
import { PreviewDetail } from "./PreviewDetail";
import { useCanvas } from "./state";

export default function EnlargedPreview({ id }: { id: string }) {
  return (
    <Dialog
      title={text("preview.title", { id })}
      open
      onClose={() => useCanvas.setState({ enlarged: null })}
      width={760}
    >
      <PreviewDetail id={id} large />
    </Dialog>
  );
}
