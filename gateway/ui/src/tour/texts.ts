// The texts of the tour, which come with it.

import { addTexts } from "@/text/catalogue";

export const tourTexts = {
  "tour.place": "{step} of {steps}",
  "tour.next": "Next",
  "tour.back": "Back",
  "tour.end": "Finish",
  "tour.leave": "Leave the tour",
  "tour.left": "The tour waits for you: Take the tour, in the menu at the top right",
  "tour.data": "It begins with data",
  "tour.data.body":
    "This component reads a column of the dataset: pictures of digits. Below its name stands one real row, and every component behind it shows what it makes of that row.",
  "tour.component": "Settings act at once",
  "tour.component.body":
    "A convolution looks for small patterns. Drag a number, or type one: this component and those behind it are computed anew, and Ctrl+Z takes it back.",
  "tour.component.action": "Set filters to 24",
  "tour.preview": "Look inside",
  "tour.preview.body":
    "What each filter sees in the picture, with its statistics. Choose another row or variable here, even one that stands only in the code.",
  "tour.code": "It is all code",
  "tour.code.body":
    "Each component is a few lines of Python that run without Glasswork. Change a number here and its setting follows; write what you like and it becomes code of your own.",
  "tour.fix": "Mistakes are explained",
  "tour.fix.body":
    "Take the Flatten out, and Glasswork says what does not fit any more. Press Fix… to see on the canvas what would mend it, then keep it.",
  "tour.fix.action": "Take Flatten out",
  "tour.train": "Train it",
  "tour.train.body":
    "Training runs the very code that you have seen. The curves of loss and accuracy move while it learns, with the run before in grey.",
  "tour.train.action": "Train now",
  "tour.pause": "Stop and look",
  "tour.pause.body":
    "Pause in the middle of a run and select any component: its weights, gradients and output are there as they are at this step. Then go on.",
  "tour.pause.action": "Pause the run, or train anew",
  "tour.export": "Take it with you",
  "tour.export.body":
    "A trained model can be downloaded for Keras, TensorFlow, TFLite or ONNX, and each file is checked against the original. That was the tour: your own data comes next.",
} as const;

addTexts(tourTexts);
