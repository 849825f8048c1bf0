#!/usr/bin/env node
// What answers before anything is loaded: the version. Everything else is in the bundle.
import { readFileSync } from "node:fs";

const [argument] = process.argv.slice(2);
if (argument === "--version" || argument === "-V") {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  process.stdout.write(`${version}\n`);
} else {
  await import("../dist/cli.js");
}
