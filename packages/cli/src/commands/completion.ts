import { Argument } from "commander";
import type { Definition } from "./definition.js";

export const completion: Definition = {
  summary: "a script that completes this command in your shell",
  build: (command) => command.addArgument(new Argument("<shell>", "your shell").choices(["bash", "zsh", "fish"])),
  examples: [
    ['eval "$(wireform completion bash)"', "for this shell; in ~/.bashrc, for each"],
    ['wireform completion zsh > "${fpath[1]}/_wireform"', "for zsh"],
    ["wireform completion fish > ~/.config/fish/completions/wireform.fish", "for fish"],
  ],
  action: () => import("../actions/completion.js"),
};
