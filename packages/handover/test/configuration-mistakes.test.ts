import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { Project } from "./fixtures/project.ts";
import type { Ended } from "./fixtures/command-line.ts";

let project: Project;
let good: string;
beforeAll(async () => {
  project = await Project.create({});
  good = readFileSync(project.file, "utf8");
});

/** Deploys with this text as `handover.yaml`, and holds that nothing was started and nothing was written. */
async function deployWith(text: string | Buffer): Promise<Ended> {
  writeFileSync(project.file, text);
  const ended = await project.run("deploy");
  expect(project.processes().map(({ argv }) => argv)).toEqual([]);
  expect(existsSync(project.state)).toBe(false);
  expect(ended.status).toBe(2);
  expect(ended.stdout).toBe("");
  return ended;
}

it("a typo is told with its place and the name that was meant", async () => {
  const { stderr } = await deployWith(good.replace(`"minHealthyTime"`, `"minHealtyTime"`));
  const line = good.split("\n").findIndex((each) => each.includes("minHealthyTime")) + 1;
  expect(stderr).toMatch(new RegExp(`^handover.yaml:${line}:5: .*minHealtyTime.*minHealthyTime`));
  expect(stderr).toContain("CONFIG_INVALID");
  expect(stderr).toContain("Nothing was touched.");
});

it("with --json a typo is one line with file, line and column", async () => {
  writeFileSync(project.file, good.replace(`"interval"`, `"intervall"`));
  const { status, lines, stderr } = await project.run("deploy", "--json");
  expect(status).toBe(2);
  expect(stderr).toBe("");
  const line = good.split("\n").findIndex((each) => each.includes(`"interval"`)) + 1;
  expect(lines).toEqual([
    expect.objectContaining({
      kind: "error",
      code: "CONFIG_INVALID",
      file: "handover.yaml",
      line,
      column: 5,
      message: expect.stringContaining("`interval`"),
    }),
  ]);
});

it("settings that contradict each other are told together, each with its place", async () => {
  const { stderr } = await deployWith(
    good
      .replace(`"timeout": "300ms"`, `"timeout": "400ms"`)
      .replace(`"longestRequest": "5s"`, `"longestRequest": "5s", "stopGrace": "2s"`),
  );
  expect(stderr).toContain("CONFIG_CONTRADICTION");
  expect(stderr).toMatch(/timeout.*interval/s);
  expect(stderr).toMatch(/stopGrace.*longestRequest/s);
  expect(stderr.match(/handover\.yaml:\d+:\d+: /g)).toHaveLength(2);
});

it("a missing secret is named with the variable that it comes from", async () => {
  const text = good.replace(`{`, `{ "secrets": { "DATABASE_URL": { "env": "STAGING_DATABASE_URL" } },`);
  const { stderr } = await deployWith(text);
  expect(stderr).toMatch(/handover\.yaml:1:\d+: .*`DATABASE_URL` \(from `STAGING_DATABASE_URL`\)/);
  expect(stderr).toContain("SECRET_MISSING");
  expect(stderr).toContain("Set `STAGING_DATABASE_URL` in the environment of this command.");
});

it.for([
  { what: "an empty file", content: "", code: "CONFIG_INVALID" },
  {
    what: "a binary file",
    content: readFileSync(process.execPath).subarray(0, 4_096),
    code: "CONFIG_UNREADABLE",
  },
  { what: "a file of 10 MB", content: "#".repeat(10 * 1_024 * 1_024), code: "CONFIG_UNREADABLE" },
  {
    what: "a bracket that is not closed",
    content: "service: api\nhealth: { path: /\n",
    code: "CONFIG_SYNTAX",
  },
])("$what is refused with $code, quickly", async ({ content, code }) => {
  const { stderr, tookMs } = await deployWith(content);
  expect(stderr).toContain(code);
  expect(stderr).toContain("handover.yaml");
  expect(tookMs).toBeLessThan(5_000);
});

it.for(["plan", "rollback", "up", "status", "config"])(
  "%s tells a mistake of the configuration as well, and touches nothing",
  async (command) => {
    writeFileSync(project.file, good.replace(`"service"`, `"servise"`));
    const { status, stderr } = await project.run(command);
    expect(status).toBe(2);
    expect(stderr).toMatch(/servise.*service/);
    expect(project.processes().map(({ argv }) => argv)).toEqual([]);
    expect(existsSync(project.state)).toBe(false);
  },
);

it("without a configuration file it says where it looked, and which file begins one", async () => {
  const { status, stderr } = await project.run("deploy", "--config", "elsewhere.yaml");
  expect(status).toBe(2);
  expect(stderr).toContain("elsewhere.yaml");
  expect(stderr).toContain("CONFIG_NOT_FOUND");
});
