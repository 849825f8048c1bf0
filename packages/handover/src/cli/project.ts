import { readConfigFile, type ConfigFile } from "../adapters/config/read-file.ts";
import { chooseEnvironment } from "../config/choose-environment.ts";
import type { Configuration, Environment } from "../config/configuration.ts";
import type { Diagnostic } from "../config/diagnostic.ts";
import { parseConfiguration } from "../config/parse.ts";
import { localEnvironment, type LocalEnvironment } from "../main.ts";
import type { CommonOptions } from "./options.ts";

/** A configuration with mistakes: all of them, to be shown at once. */
export class ConfigurationMistakes extends Error {
  override readonly name = "ConfigurationMistakes";
  readonly diagnostics: readonly Diagnostic[];
  readonly text: string;

  constructor(diagnostics: readonly Diagnostic[], text: string) {
    super("the configuration has mistakes");
    this.diagnostics = diagnostics;
    this.text = text;
  }
}

export interface Project {
  readonly file: ConfigFile;
  readonly configuration: Configuration;
}

/** Reads the configuration. Throws ConfigurationMistakes, and HandoverErrors CONFIG_NOT_FOUND and CONFIG_UNREADABLE. */
export async function openProject(options: CommonOptions): Promise<Project> {
  const file = await readConfigFile(options.config, process.cwd());
  const parsed = parseConfiguration(file);
  if (parsed.kind === "invalid") throw new ConfigurationMistakes(parsed.diagnostics, file.text);
  return { file, configuration: parsed.configuration };
}

/** The environment that a command is about, with its ports. */
export async function openEnvironment(options: CommonOptions): Promise<LocalEnvironment> {
  const { file, configuration } = await openProject(options);
  const environment: Environment = chooseEnvironment(configuration, options.env);
  return localEnvironment(file, environment, process.env);
}
