import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { directoryOf, readConfigFile } from "./read-file.ts";

let directory = "";

beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "handover-config-")));
  await mkdir(join(directory, ".git"));
  await mkdir(join(directory, "service", "deep"), { recursive: true });
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe("the configuration file", () => {
  it("is found in the working directory", async () => {
    await writeFile(join(directory, "handover.yaml"), "service: api\n");
    expect(await readConfigFile(undefined, directory)).toEqual({
      path: join(directory, "handover.yaml"),
      file: "handover.yaml",
      text: "service: api\n",
    });
  });

  it("is found above it, the nearest first", async () => {
    await writeFile(join(directory, "handover.yaml"), "far");
    await writeFile(join(directory, "service", "handover.yaml"), "near");
    expect(await readConfigFile(undefined, join(directory, "service", "deep"))).toMatchObject({
      text: "near",
    });
  });

  it("is not looked for above the top of the git repository", async () => {
    await writeFile(join(directory, "handover.yaml"), "other project");
    await mkdir(join(directory, "service", ".git"));
    await expect(readConfigFile(undefined, join(directory, "service", "deep"))).rejects.toMatchObject({
      code: "CONFIG_NOT_FOUND",
      message: `there is no \`handover.yaml\` in ${join(directory, "service", "deep")} or above it, up to ${join(directory, "service")}`,
    });
  });

  it("that is given is taken from where it is", async () => {
    await writeFile(join(directory, "service", "other.yaml"), "x");
    expect(await readConfigFile("service/other.yaml", directory)).toMatchObject({
      file: "service/other.yaml",
    });
  });

  it("that is given and does not exist is not looked for elsewhere", async () => {
    await writeFile(join(directory, "handover.yaml"), "x");
    await expect(readConfigFile("none.yaml", directory)).rejects.toMatchObject({
      code: "CONFIG_NOT_FOUND",
      message: "there is no file `none.yaml`",
    });
  });

  it("that is a directory is refused with the file that was probably meant", async () => {
    await expect(readConfigFile("service", directory)).rejects.toMatchObject({
      code: "CONFIG_NOT_FOUND",
      next: "Pass the file, such as `--config service/handover.yaml`.",
    });
  });

  it("with a name that is nearly right is pointed out", async () => {
    await writeFile(join(directory, "handover.yml"), "x");
    await expect(readConfigFile(undefined, directory)).rejects.toMatchObject({
      message: `there is no \`handover.yaml\`, but \`${join(directory, "handover.yml")}\``,
    });
  });

  it("of 10 MB is refused by its size", async () => {
    await writeFile(join(directory, "handover.yaml"), "a: 1\n".repeat(2_000_000));
    const before = performance.now();
    await expect(readConfigFile(undefined, directory)).rejects.toMatchObject({
      code: "CONFIG_UNREADABLE",
      message: "the file has 10.0 MB; a configuration has at most 1 MB",
      place: { file: "handover.yaml", line: 1, column: 1 },
    });
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it("that never ends is refused after 1 MB", async () => {
    await expect(readConfigFile("/dev/zero", directory)).rejects.toMatchObject({
      code: "CONFIG_UNREADABLE",
      message: "the file has more than 1 MB; a configuration has at most 1 MB",
    });
  });

  it("that is binary is refused", async () => {
    await writeFile(join(directory, "handover.yaml"), Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff));
    await expect(readConfigFile(undefined, directory)).rejects.toMatchObject({
      code: "CONFIG_UNREADABLE",
      message: "the file is not UTF-8 text; it may be binary",
    });
  });

  it("in UTF-16 is refused with the encoding that is wanted", async () => {
    await writeFile(join(directory, "handover.yaml"), Buffer.from("\uFEFFservice: api", "utf16le"));
    await expect(readConfigFile(undefined, directory)).rejects.toMatchObject({
      code: "CONFIG_UNREADABLE",
      next: "Save it as UTF-8.",
    });
  });

  it("that cannot be read is refused with the reason", async () => {
    await expect(readConfigFile("/proc/self/mem", directory)).rejects.toMatchObject({
      code: "CONFIG_UNREADABLE",
      message: expect.stringMatching(/^\/proc\/self\/mem cannot be read: EIO/u),
    });
  });
});

describe("the directory of processes", () => {
  it("is relative to the configuration file, not to the working directory", () => {
    const runs = { kind: "processes", directory: "../app", command: ["x"], instances: 1 } as const;
    expect(directoryOf({ path: "/srv/deploy/handover.yaml" }, { runs })).toBe("/srv/app");
  });
});
