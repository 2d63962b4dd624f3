// One script and one stylesheet for each kind of page: bundled, minified, named after their contents, compressed.
// Run by build.py in the top folder, which sees to node_modules.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import * as esbuild from "esbuild";

const STATIC = "exchange/static";
const OUT = join(STATIC, "build");
const ENTRIES = [
  ...["attendee", "presenter", "moderator", "screen", "organiser", "dashboard", "entry", "municipalities", "door", "early", "stands"].map((name) => `js/${name}.js`),
  ...["attendee", "presenter", "moderator", "screen", "organiser", "entry"].map((name) => `css/${name}.css`),
];
// Pictures, icons and sounds: kept as they are, under a name of their own.
const MEDIA = join(STATIC, "media");
const COMPRESSIBLE = new Set([".js", ".css", ".svg", ".json", ".webmanifest"]);

const missing = ENTRIES.filter((entry) => !existsSync(join(STATIC, entry)));
if (missing.length) {
  console.error(`Missing in ${STATIC}: ${missing.join(", ")}`);
  process.exit(1);
}

// Parts of the socket client that nothing here uses, and what stands in for them. With the parser (below) they would be a
// twelfth of a phone's first load. Whoever pushes bytes instead of text must take both away.
const UNUSED = {
  // The third transport, over HTTP/3.
  "engine.io-client/build/esm/transports/webtransport.js": "export class WT {}",
  // Binary messages over polling: ours are text.
  "engine.io-parser/build/esm/contrib/base64-arraybuffer.js": "export const decode = null, encode = null;",
  // A parser of addresses for browsers without URL. It is asked for this page's own origin.
  "engine.io-client/build/esm/contrib/parseuri.js": `export function parse(text) {
    const { protocol, hostname, port, pathname, href } = new URL(text);
    return { protocol: protocol.slice(0, -1), host: hostname.replace(/[[\\]]/g, ""), port, path: pathname, source: href };
  }`,
};
const replaced = new Set();
const withoutUnused = {
  name: "without-unused",
  setup(build) {
    build.onLoad({ filter: /node_modules/ }, ({ path }) => {
      const name = path.replaceAll("\\", "/").split("/node_modules/").pop();
      if (!(name in UNUSED)) return undefined;
      replaced.add(name);
      return { contents: UNUSED[name] };
    });
  },
};

const { outputFiles, metafile } = await esbuild.build({
  entryPoints: ENTRIES.map((entry) => join(STATIC, entry)),
  outdir: OUT,
  outbase: STATIC,
  entryNames: "[name].[hash]",
  assetNames: "[name].[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  // What a phone of five years can read.
  target: ["chrome105", "firefox110", "safari15.4"],
  plugins: [withoutUnused],
  alias: { "socket.io-parser": `./${STATIC}/js/live/parser.js` },
  loader: { ".woff2": "file", ".svg": "file" },
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  write: false,
});

const unknown = Object.keys(UNUSED).filter((name) => !replaced.has(name));
if (unknown.length) {
  console.error(`The socket client no longer has ${unknown.join(", ")}`);
  process.exit(1);
}

const files = new Map(outputFiles.map((file) => [basename(file.path), Buffer.from(file.contents)]));
const manifest = {};
for (const [path, output] of Object.entries(metafile.outputs)) {
  // An entry, or what one of them names in a url(): a typeface, a picture.
  const source = output.entryPoint ?? Object.keys(output.inputs)[0];
  manifest[basename(source)] = basename(path);
}
for (const name of existsSync(MEDIA) ? await readdir(MEDIA) : []) {
  const contents = await readFile(join(MEDIA, name));
  const kind = extname(name);
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8);
  manifest[name] = `${basename(name, kind)}.${hash}${kind}`;
  files.set(manifest[name], contents);
}

await mkdir(OUT, { recursive: true });
const written = new Set(["manifest.json"]);
const put = async (name, contents) => {
  written.add(name);
  await writeFile(join(OUT, name), contents);
};
// gzip is made by build.py.
const brotli = promisify(brotliCompress);
const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
await Promise.all(
  [...files].map(async ([name, contents]) => {
    await put(name, contents);
    if (!COMPRESSIBLE.has(extname(name))) return;
    const small = await brotli(contents, best);
    if (small.length < contents.length) await put(`${name}.br`, small);
  }),
);

for (const name of await readdir(OUT)) {
  if (!written.has(name)) await rm(join(OUT, name), { recursive: true });
}
// A running server reads the folder again when the manifest changes: build.py gives it its name when all else is there.
await writeFile(join(OUT, "manifest.new"), JSON.stringify(manifest, null, 2));
