// Texts of the canvas that its menu and its keys need.

export const canvas = {
  "command.toCanvas": "Go back to the canvas",
  "data.example": "{name} (an example)",
  "canvas.menu": "What can be done here",
} as const;
