// Code of a test's own as one JavaScript text, made of our sources as they are now.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Bundles a module; its text, and the files and packages it is made of. */
export async function bundle(
  contents: string,
  platform: "browser" | "node",
  format: "esm" | "iife",
): Promise<{ text: string; parts: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL(".", import.meta.url)), loader: "ts" },
    bundle: true,
    platform,
    format,
    conditions: ["@wireform/source"],
    target: "es2022",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  return { text: outputFiles[0]?.text ?? "", parts: [...new Set([...Object.keys(metafile.inputs), ...imported])] };
}
