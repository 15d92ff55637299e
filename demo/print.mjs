// How the demo writes.

export const colorful = process.stdout.isTTY && !process.env.NO_COLOR;
export const bold = (line) => (colorful ? `\u001b[1m${line}\u001b[0m` : line);
export const count = (n) => Math.round(n).toLocaleString("en-US");
export const indented = (text) => text.replace(/^(?=.)/gm, "  ");
