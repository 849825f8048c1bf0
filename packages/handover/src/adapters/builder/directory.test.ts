import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { ReleaseName } from "../../fleet/ids.ts";
import { directoryBuilder, releasesNewerThan, type DirectoryBuilderOptions } from "./directory.ts";
import { filesOf, keptRelease, keptReleases } from "./kept-releases.ts";

const signal = new AbortController().signal;

function secret(value: string) {
  return { open: () => value, toString: () => "[secret]" as const, toJSON: () => "[secret]" as const };
}

/** A directory with one file, a store beside it, and a builder over both. */
function world() {
  const directory = mkdtempSync(join(tmpdir(), "ho-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const source = join(directory, "app");
  const store = join(directory, "state");
  mkdirSync(source);
  writeFileSync(join(source, "api.js"), "console.log(1)\n");
  let inUse: readonly ReleaseName[] = [];
  const options = (more: Partial<DirectoryBuilderOptions> = {}): DirectoryBuilderOptions => ({
    source,
    store,
    configuration: { command: ["node", "api.js"], environment: { LOG: "info" }, limits: {} },
    secrets: new Map([["PASSWORD", secret("s3cret")]]),
    inUse: async () => inUse,
    ...more,
  });
  return {
    source,
    store,
    releases: join(store, "releases"),
    options,
    use: (names: readonly ReleaseName[]) => {
      inUse = names;
    },
    write: (name: string, text: string) => writeFileSync(join(source, name), text),
    git: (...args: string[]) =>
      execFileSync(
        "git",
        ["-C", source, "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main", ...args],
        { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
      ).trim(),
    build: (more: Partial<DirectoryBuilderOptions> = {}) => directoryBuilder(options(more)).build(signal),
  };
}

it("a release is a read-only copy under its content hash; the same input is the same release", async () => {
  const { source, build, releases } = world();
  mkdirSync(join(source, "lib", "empty"), { recursive: true });
  mkdirSync(join(source, ".git"));
  writeFileSync(join(source, "lib", "run.sh"), "#!/bin/sh\n");
  chmodSync(join(source, "lib", "run.sh"), 0o755);
  symlinkSync("lib/run.sh", join(source, "run"));
  const release = await build();
  expect(release.name).toMatch(/^dir-[0-9a-f]{7}\.[0-9a-f]{4}$/);
  expect(release.artifact).toMatch(new RegExp(`^dir:${release.name.slice(4, 11)}[0-9a-f]{57}$`));
  expect(release.commit).toBeNull();
  const files = filesOf(releases, release.name);
  expect(readFileSync(join(files, "api.js"), "utf8")).toBe("console.log(1)\n");
  expect(statSync(join(files, "api.js")).mode & 0o777).toBe(0o444);
  expect(statSync(join(files, "lib", "run.sh")).mode & 0o777).toBe(0o555);
  expect(readlinkSync(join(files, "run"))).toBe("lib/run.sh");
  expect(existsSync(join(files, "lib", "empty"))).toBe(true);
  expect(existsSync(join(files, ".git"))).toBe(false);
  expect(await build()).toEqual(release);
  expect(readdirSync(releases)).toEqual([release.name]);
});

it("contents, an executable bit, a link and a name each make another release", async () => {
  const { source, build, write } = world();
  const names = [(await build()).name];
  write("api.js", "console.log(2)\n");
  names.push((await build()).name);
  chmodSync(join(source, "api.js"), 0o755);
  names.push((await build()).name);
  symlinkSync("api.js", join(source, "link"));
  names.push((await build()).name);
  rmSync(join(source, "link"));
  symlinkSync("./api.js", join(source, "link"));
  names.push((await build()).name);
  expect(new Set(names).size).toBe(5);
});

it("command, environment, limits and secrets make another release of the same files", async () => {
  const { build, options } = world();
  const { configuration } = options();
  const variants: Partial<DirectoryBuilderOptions>[] = [
    {},
    { configuration: { ...configuration, command: ["node", "api.js", "--fast"] } },
    { configuration: { ...configuration, environment: { LOG: "debug" } } },
    { configuration: { ...configuration, limits: { memoryMb: 100 } } },
    { secrets: new Map([["PASSWORD", secret("changed")]]) },
  ];
  const built = [];
  for (const variant of variants) built.push(await build(variant));
  expect(new Set(built.map(({ name }) => name)).size).toBe(5);
  expect(new Set(built.map(({ artifact }) => artifact)).size).toBe(1);
});

it("what is kept can be run again, but holds no secret's value", async () => {
  const { build, releases, store } = world();
  const release = await build();
  expect(keptRelease(releases, release.name)).toEqual({
    release,
    configuration: { command: ["node", "api.js"], environment: { LOG: "info" }, limits: {} },
    secrets: ["PASSWORD"],
  });
  const texts = readdirSync(store, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  expect(texts.join("\n")).not.toContain("s3cret");
  expect(statSync(join(store, "key")).mode & 0o777).toBe(0o600);
});

it("a link that leaves the directory, a broken one included, and a socket are refused with their names", async () => {
  const { source, build, releases } = world();
  for (const target of ["../secret", "/etc/passwd"]) {
    symlinkSync(target, join(source, "out"));
    await expect(build()).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: `The directory cannot be released as it is: the link out leads out of the directory, to ${target}.`,
    });
    rmSync(join(source, "out"));
  }
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(source, "s.sock"), resolve));
  await expect(build()).rejects.toThrow("s.sock is a socket, a pipe or a device");
  await new Promise((resolve) => server.close(resolve));
  expect(existsSync(releases)).toBe(false);
});

it("a state directory inside of the directory is no part of the release", async () => {
  const { source, build } = world();
  const store = join(source, "state");
  const first = await build({ store });
  expect(await build({ store })).toEqual(first);
  expect(existsSync(join(filesOf(join(store, "releases"), first.name), "state"))).toBe(false);
});

it("the commit names it where the directory is exactly at one", async () => {
  const { build, git, write } = world();
  git("init");
  expect((await build()).name).toMatch(/^dir-/);
  write(".gitignore", "ignored\n");
  git("add", ".");
  git("commit", "-m", "one");
  const commit = git("rev-parse", "HEAD");
  const first = await build();
  expect(first).toMatchObject({
    name: expect.stringMatching(`^sha-${commit.slice(0, 7)}\\.[0-9a-f]{4}$`),
    commit,
  });
  write("new.js", "");
  expect((await build()).name).toMatch(/^dir-/);
  rmSync(join(git("rev-parse", "--show-toplevel"), "new.js"));
  write("api.js", "changed");
  expect((await build()).name).toMatch(/^dir-/);
});

it("a commit does not name two contents: ignored files may differ", async () => {
  const { build, git, write } = world();
  write(".gitignore", "ignored\n");
  git("init");
  git("add", ".");
  git("commit", "-m", "one");
  const first = await build();
  write("ignored", "1");
  const second = await build();
  expect(first.name).toMatch(/^sha-/);
  expect(second).toMatchObject({ name: expect.stringMatching(/^dir-/), commit: null });
  expect(await build()).toEqual(second);
});

it("a release is found by its name, the part before the dot, and the start of its commit", async () => {
  const { build, git, options } = world();
  git("init");
  git("add", ".");
  git("commit", "-m", "one");
  const release = await build();
  const builder = directoryBuilder(options());
  const commit = release.commit ?? "";
  for (const name of [release.name, release.name.split(".")[0]!, commit, commit.slice(0, 5)]) {
    expect(await builder.find(name, signal)).toEqual(release);
  }
  for (const name of ["sha-0000000", commit.slice(0, 3), "", "nonsense"]) {
    expect(await builder.find(name, signal)).toBeNull();
  }
});

it("the last five are kept, and never one that is in use", async () => {
  const { build, write, use, releases } = world();
  const names: ReleaseName[] = [];
  for (let n = 0; n < 8; n += 1) {
    write("api.js", `console.log(${n})\n`);
    names.push((await build()).name);
    use([names[0]!]);
  }
  const kept = keptReleases(releases).map(({ release }) => release.name);
  expect(kept.toSorted()).toEqual([names[0]!, ...names.slice(3)].toSorted());
  write("api.js", "console.log(4)\n");
  expect((await build()).name).toBe(names[4]);
  expect(keptReleases(releases)[0]?.release.name).toBe(names[4]);
});

it("releases of newer commits are told apart from older and unrelated ones", async () => {
  const { build, git, write, options } = world();
  git("init");
  const built = [];
  for (const text of ["one", "two", "three"]) {
    write("api.js", text);
    git("add", ".");
    git("commit", "-m", text);
    built.push(await build());
  }
  const [one, two, three] = built;
  expect((await releasesNewerThan(options(), one!.commit, signal)).toSorted()).toEqual(
    [two!.name, three!.name].toSorted(),
  );
  expect(await releasesNewerThan(options(), two!.commit, signal)).toEqual([three!.name]);
  expect(await releasesNewerThan(options(), three!.commit, signal)).toEqual([]);
  expect(await releasesNewerThan(options(), null, signal)).toEqual([]);
});

it("a directory that does not exist is said to be missing", async () => {
  const { build } = world();
  await expect(build({ source: "/no/such" })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});
