// Removes everything that a build or a test run leaves behind.
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
for (const folder of [".", ...readdirSync(`${root}packages`).map((name) => `packages/${name}`)])
  for (const product of ["dist", ".cache"]) rmSync(`${root}${folder}/${product}`, { recursive: true, force: true });
