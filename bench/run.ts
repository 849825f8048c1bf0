/**
 * `npm run bench`: the figures that Handover promises, each beside its goal, with the machine that they were measured on.
 * One JSON line each on stdout, a table at the end on stderr; exit status 1 when a goal is missed. `-- --demos 1` for a
 * quick run; 20 are what the goal says.
 */
import { parseArgs } from "node:util";
import { buildBundles } from "../scripts/build.ts";
import { demos } from "./demos.ts";
import { type Figure, figure } from "./figure.ts";
import { keptAliveRace } from "./kept-alive-race.ts";
import { machine } from "./machine.ts";
import { startUp } from "./start-up.ts";

const { values } = parseArgs({ options: { demos: { type: "string", default: "20" } } });
const count = Number(values.demos);
if (!Number.isInteger(count) || count < 1)
  throw new Error(`--demos ${values.demos} is not a number of demos`);

const tell = (text: string): void => console.error(text);

await buildBundles();
console.log(JSON.stringify(machine()));
const figures: Figure[] = [];
for (const measure of [() => startUp(), race, () => demos(count, tell)]) {
  for (const each of [await measure()].flat()) {
    console.log(JSON.stringify(each));
    figures.push(each);
  }
}

tell("");
for (const { name, value, atMost, met } of figures) {
  tell(
    `${name.padEnd(38)}${String(value).padStart(8)}   at most ${String(atMost).padEnd(5)}${met ? "" : "MISSED"}`,
  );
}
process.exitCode = figures.every(({ met }) => met) ? 0 : 1;

async function race(): Promise<Figure> {
  const { requests, lost, repeated } = await keptAliveRace();
  const why = repeated === 0 ? "no connection was closed in the race: nothing was measured" : null;
  return figure(`GETs lost in the kept-alive race`, lost, 0, { requests, repeated }, why);
}
