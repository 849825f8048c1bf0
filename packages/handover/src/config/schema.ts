import * as z from "zod";
import { DEFAULTS } from "./defaults.ts";
import type { EnvironmentInFile, FileContents } from "./file-contents.ts";
import { leaf, nameKey } from "./leaf.ts";
import { formatListen, readListen } from "./listen.ts";
import { LABEL_PATTERN, readDirectory, readLabel, readWhole } from "./names.ts";
import { readCommand } from "./command-words.ts";
import { settingsShape } from "./schema-settings.ts";

/** As many processes as one machine is asked to hold. */
const MOST_INSTANCES = 100;

const processesSchema = z
  .strictObject({
    directory: leaf(readDirectory, {
      description: "What is deployed: a copy of this directory. Relative to this file.",
      type: "string",
      preset: DEFAULTS.directory,
    }).exactOptional(),
    command: leaf(readCommand, {
      description:
        "What runs in the copy, without a shell: a line that is split at blanks (quotes keep words together), or a list of words.",
      type: ["string", "array"],
      items: { type: "string" },
    }),
    instances: leaf(readWhole(1, MOST_INSTANCES), {
      description: "How many run.",
      type: "integer",
      minimum: 1,
      maximum: MOST_INSTANCES,
    }),
  })
  .meta({
    description: "Instances that run as processes on this machine, behind the embedded load balancer.",
  });

const environmentSchema: z.ZodType<EnvironmentInFile> = z
  .strictObject({
    processes: processesSchema,
    listen: leaf(readListen, {
      description: "Where the embedded load balancer listens: host and port.",
      type: "string",
      preset: formatListen(DEFAULTS.listen),
    }).exactOptional(),
    ...settingsShape,
  })
  .meta({ description: "One place where the service runs, and what differs there." });

/** The one source of what may stand in `handover.yaml`: it parses, and editors and the reference are made from it. */
export const fileSchema: z.ZodType<FileContents> = z
  .strictObject({
    service: leaf(readLabel, {
      description: "The service's name. Instances are named after it: `api-1`.",
      type: "string",
      pattern: LABEL_PATTERN,
    }),
    port: leaf(readWhole(1, 65_535), {
      description:
        "The port that the service listens on inside an image. Not used by `processes`: they get `PORT`.",
      type: "integer",
      minimum: 1,
      maximum: 65_535,
    }).exactOptional(),
    ...settingsShape,
    environments: z
      .record(nameKey(readLabel, LABEL_PATTERN), environmentSchema)
      .refine((environments) => Object.keys(environments).length > 0, {
        error: "has no environment",
        params: { next: "Add one, such as `local:`." },
      })
      .meta({
        description: "Where the service runs. `--env` chooses one; with a single one it is not needed.",
      }),
  })
  .meta({ description: "Handover: zero-downtime deploys for plain servers, proven." });
