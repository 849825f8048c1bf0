import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { instanceId, releaseName } from "../../fleet/ids.ts";
import type { JournalEntry } from "../../ports/journal.ts";
import { jsonlJournal } from "./jsonl.ts";

function fileInTemp(): string {
  const directory = mkdtempSync(join(tmpdir(), "ho-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, "state", "journal.jsonl");
}

function entry(name: string): JournalEntry {
  return {
    at: "2026-11-23T15:00:00.000Z",
    kind: "deploy",
    outcome: "done",
    from: null,
    to: { name: releaseName(name), artifact: "dir:1", configHash: "2", commit: null },
    durationMs: 100,
    startUpMs: { [instanceId("api-1")]: 80 },
    drainMs: {},
  };
}

it("what was deployed is read back, oldest first", async () => {
  const journal = jsonlJournal(fileInTemp());
  expect(await journal.read()).toEqual([]);
  await journal.append(entry("one"));
  await journal.append(entry("two"));
  expect(await journal.read()).toEqual([entry("one"), entry("two")]);
});

it("half a line of a killed writer is passed over, and spoils no later entry", async () => {
  const path = fileInTemp();
  const journal = jsonlJournal(path);
  await journal.append(entry("one"));
  appendFileSync(path, '{"at":"2026-11-23T15:0');
  expect(await journal.read()).toEqual([entry("one")]);
  await journal.append(entry("two"));
  expect(await journal.read()).toEqual([entry("one"), entry("two")]);
  expect(readFileSync(path, "utf8").split("\n")).toHaveLength(4);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
