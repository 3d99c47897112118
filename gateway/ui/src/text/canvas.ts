// Texts of the canvas that its menu and its keys need.

export const canvas = {
  "command.toCanvas": "Go back to the canvas",
  "data.example": "{name} (an example)",
  "canvas.menu": "What can be done with {id}",
  "canvas.menu.wire": "What can be done with this wire",
  "canvas.menu.empty": "What can be done here",
} as const;
