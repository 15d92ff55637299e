// What each shell needs to be told to complete a command. Law: words are quoted as each shell quotes them.

export interface Word {
  readonly word: string;
  readonly about: string;
}

/** What may stand somewhere: words, files, or both. */
export type Choice = readonly string[] | "files" | { readonly also: readonly string[] };

interface OptionWords {
  readonly names: readonly string[];
  readonly about: string;
  /** What its value may be; undefined where it has none. */
  readonly takes: Choice | undefined;
}

/** One command by its whole name, and what may follow it. */
export interface Words {
  readonly path: string;
  readonly commands: readonly Word[];
  readonly options: readonly OptionWords[];
  readonly argument: Choice;
}

const hasFiles = (choice: Choice): boolean => choice === "files" || "also" in choice;
const wordsIn = (choice: Choice): readonly string[] =>
  choice === "files" ? [] : "also" in choice ? choice.also : choice;

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const lines = (all: readonly string[]): string => all.map((line) => `    ${line}\n`).join("");

/** Every command behind another one, as a pattern of case. */
const below = (all: readonly Words[]): string =>
  all.flatMap(({ path, commands }) => commands.map(({ word }) => quote(`${path} ${word}`))).join("|");

/** What follows an option that takes a value, as branches of case. */
const values = (all: readonly Words[], write: (choice: Choice) => string): string =>
  lines(
    all.flatMap(({ path, options }) =>
      options.flatMap(({ names, takes }) =>
        takes === undefined
          ? []
          : [`${names.map((name) => quote(`${path} ${name}`)).join("|")}) ${write(takes)}; return ;;`],
      ),
    ),
  );

export function bash(all: readonly Words[]): string {
  const words = (list: readonly string[], files: boolean): string =>
    `words=${quote(list.join(" "))}${files ? " files=yes" : ""}`;
  const own = lines(
    all.map(({ path, commands, options, argument }) => {
      const names = options.flatMap((option) => option.names);
      const plain = [...commands.map(({ word }) => word), ...(commands.length > 0 ? [] : wordsIn(argument))];
      const files = commands.length === 0 && hasFiles(argument);
      return `${quote(path)}) case $cur in -*) ${words(names, false)} ;; *) ${words(plain, files)} ;; esac ;;`;
    }),
  );
  return `# wireform in bash: eval "$(wireform completion bash)"
_wireform_reply() {
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur"; [[ $files ]] && compgen -f -- "$cur")
  [[ $files ]] && compopt -o filenames 2>/dev/null
}
_wireform() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at=wireform word words= files=
  # Bash takes --option=value for three words.
  [[ $cur == = ]] && cur=
  [[ $prev == = ]] && prev=\${COMP_WORDS[COMP_CWORD-2]}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in ${below(all)}) at="$at $word" ;; esac
  done
  case "$at $prev" in
${values(all, (choice) => `${words(wordsIn(choice), hasFiles(choice))}; _wireform_reply`)}  esac
  case $at in
${own}  esac
  _wireform_reply
}
complete -F _wireform wireform
`;
}

export function zsh(all: readonly Words[]): string {
  const give = (choice: Choice): string =>
    [`compadd -- ${wordsIn(choice).map(quote).join(" ")}`, ...(hasFiles(choice) ? ["_files"] : [])].join("; ");
  const described = (list: readonly Word[]): string =>
    list.map(({ word, about }) => quote(`${word.replaceAll(":", "\\:")}:${about}`)).join(" ");
  const own = lines(
    all.map(({ path, commands, options, argument }) => {
      const names = options.flatMap((option) => option.names.map((word) => ({ word, about: option.about })));
      const plain = commands.length > 0 ? `words_=(${described(commands)}); _describe command words_` : give(argument);
      return `${quote(path)}) if [[ $PREFIX == -* ]]; then words_=(${described(names)}); _describe option words_; else ${plain}; fi ;;`;
    }),
  );
  return `#compdef wireform
# wireform in zsh: this file as _wireform in a folder of $fpath, or eval "$(wireform completion zsh)"
_wireform() {
  local at=wireform word
  local -a words_
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in ${below(all)}) at="$at $word" ;; esac
  done
  case "$at \${words[CURRENT-1]}" in
${values(all, give)}  esac
  case $at in
${own}  esac
}
if [[ $funcstack[1] == _wireform ]]; then _wireform "$@"; else compdef _wireform wireform; fi
`;
}

export function fish(all: readonly Words[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const given = (choice: Choice): string =>
    `${hasFiles(choice) ? "-r -F" : "-x"}${wordsIn(choice).length > 0 ? ` -a ${quoted(wordsIn(choice).join(" "))}` : ""}`;
  const rules = all.flatMap(({ path, commands, options, argument }) => {
    const rule = `complete -c wireform -n ${quoted(`__wireform_at ${quoted(path)}`)}`;
    return [
      ...commands.map(({ word, about }) => `${rule} -f -a ${quoted(word)} -d ${quoted(about)}`),
      ...options.map(({ names, about, takes }) => {
        const flags = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
        return `${rule} ${flags.join(" ")}${takes === undefined ? "" : ` ${given(takes)}`} -d ${quoted(about)}`;
      }),
      ...(commands.length > 0 || hasFiles(argument) ? [] : [`${rule} -f -a ${quoted(wordsIn(argument).join(" "))}`]),
    ];
  });
  return `# wireform in fish: this file as wireform.fish in ~/.config/fish/completions
function __wireform_at
  set -l at wireform
  for word in (commandline -opc)[2..]
    switch "$at $word"
      case ${below(all).replaceAll("|", " ")}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${rules.join("\n")}
`;
}
