import * as z from "zod";
import { fileSchema } from "./schema.ts";

/** A node of the JSON Schema, as far as it is read here. */
export interface SchemaNode {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | false;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** The JSON Schema of `handover.yaml` for editors. */
export function jsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(fileSchema, {
    io: "input",
    override: ({ jsonSchema }) => {
      if ("preset" in jsonSchema) {
        const { preset } = jsonSchema;
        delete jsonSchema["preset"];
        Object.assign(jsonSchema, { default: preset });
      }
    },
  });
  const { $schema, ...rest } = schema;
  return { $schema, title: "handover.yaml", ...rest };
}

/** The same as the text of `schema/handover.schema.json`, as the repository's formatter leaves it. */
export function jsonSchemaText(): string {
  const text = JSON.stringify(jsonSchema(), null, 2);
  const shortLists = text.replaceAll(
    /\[\s+([^[\]{}]*?)\s+\]/gu,
    (_, items: string) => `[${items.replaceAll(/\s*\n\s*/gu, " ")}]`,
  );
  return `${shortLists}\n`;
}

let made: SchemaNode | null = null;

/** The schema of the value at a path of keys; several where it may take several shapes, none where no key is known. */
export function schemaAt(path: readonly (string | number)[]): readonly SchemaNode[] {
  made ??= jsonSchema();
  let nodes: readonly SchemaNode[] = [made];
  for (const segment of path) {
    nodes = nodes.flatMap(shapesOf).flatMap((node) => {
      if (typeof segment === "number") return node.items === undefined ? [] : [node.items];
      const property = node.properties === undefined ? undefined : ownProperty(node.properties, segment);
      if (property !== undefined) return [property];
      return typeof node.additionalProperties === "object" ? [node.additionalProperties] : [];
    });
  }
  return nodes.flatMap(shapesOf);
}

/** The node itself, or each of the shapes that it may take. */
export function shapesOf(node: SchemaNode): readonly SchemaNode[] {
  return node.anyOf === undefined ? [node] : node.anyOf.flatMap(shapesOf);
}

function ownProperty(properties: Readonly<Record<string, SchemaNode>>, key: string): SchemaNode | undefined {
  return Object.hasOwn(properties, key) ? properties[key] : undefined;
}
