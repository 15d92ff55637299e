// Law: a file that is written stays the old one until the new one is whole; what fails leaves no trace. A pipe or a device
// has bytes as they come, and so has a file whose input has no end of its own: somebody may wait for them.

import { copyFileSync, rmSync, type Stats } from "node:fs";
import { access, constants, type FileHandle, lstat, open, realpath, rename, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Writable } from "node:stream";

/** Nothing is opened before the first byte, or the end. */
export class FileSink extends Writable {
  private readonly path: string;
  private readonly atOnce: boolean;
  private handle: Promise<FileHandle> | undefined;
  /** What is written in place of the file, and how it becomes the file. */
  private draft: { readonly path: string; readonly publish: () => Promise<void> } | undefined;

  constructor(path: string, atOnce: boolean) {
    super();
    this.path = path;
    this.atOnce = atOnce;
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.opened()
      .then((handle) => handle.writeFile(chunk))
      .then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.publish().then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const closed = this.closing().catch(() => {});
    closed.then(this.forget).then(() => done(error), done);
  }

  private opened(): Promise<FileHandle> {
    this.handle ??= this.open().catch((error: NodeJS.ErrnoException) => {
      // Whatever was opened in its place, it is this file that cannot be written.
      if (error.path !== undefined) error.path = this.path;
      throw error;
    });
    return this.handle;
  }

  private async closing(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await (await handle)?.close();
  }

  private async open(): Promise<FileHandle> {
    const found = await stat(this.path).catch(() => undefined);
    const linked = found === undefined && (await lstat(this.path).catch(() => undefined)) !== undefined;
    if (this.atOnce || linked || (found && !found.isFile())) return await open(this.path, "w");
    if (!found) return await this.begin(this.path, found);
    await access(this.path, constants.W_OK);
    // What a link leads to is written, not the link.
    return await this.begin(await realpath(this.path), found);
  }

  /** Opens what is written at first: beside the file, or elsewhere where the file has to stay the same one. */
  private async begin(path: string, old: Stats | undefined): Promise<FileHandle> {
    const name = `.${basename(path)}.${process.pid}-${Date.now().toString(36)}`;
    const beside = join(dirname(path), name);
    const shared = old !== undefined && (old.nlink > 1 || old.uid !== (process.getuid?.() ?? old.uid));
    process.on("exit", this.forget);
    if (!shared) {
      try {
        const handle = await open(beside, "wx");
        this.draft = { path: beside, publish: () => rename(beside, path) };
        if (old) await handle.chmod(old.mode & 0o7777);
        return handle;
      } catch (error) {
        if (!old || this.draft) throw error;
      }
    }
    const elsewhere = join(tmpdir(), name);
    const handle = await open(elsewhere, "wx", 0o600);
    this.draft = { path: elsewhere, publish: async () => copyFileSync(elsewhere, path) };
    return handle;
  }

  private async publish(): Promise<void> {
    await this.opened();
    await this.closing();
    await this.draft?.publish();
    this.forget();
  }

  /** Removes what has not become the file. */
  private readonly forget = (): void => {
    process.removeListener("exit", this.forget);
    if (this.draft) rmSync(this.draft.path, { force: true });
    this.draft = undefined;
  };
}

/** Writes a whole file, as a command's output is written. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const sink = new FileSink(path, false);
  await new Promise<void>((done, fail) => {
    sink.on("error", fail).on("close", done);
    sink.end(text);
  });
}
