/** Reads examples, tables and code of the guides. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The project's folder. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** A fenced block. */
export interface Block {
  /** The word after the fence: `js`, `graphql`, `sh`. */
  readonly language: string;
  /** The name in the comment before the block, as in `<!-- example: start -->`. `null` without a comment. */
  readonly name: string | null;
  /** The text, without the indentation of a list. */
  readonly text: string;
}

/** The text of a file of the project. */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** All fenced blocks of a document, in order. */
export function findBlocks(markdown: string): Block[] {
  const pattern =
    /(?:^ *<!-- (?:example|operation): (?<name>[\w-]+) -->\n)?^(?<indent> *)```(?<language>\w+)\n(?<text>[\s\S]*?)^ *```$/gm;
  return [...markdown.matchAll(pattern)].map(({ groups = {} }) => ({
    language: groups["language"] ?? "",
    name: groups["name"] ?? null,
    text: (groups["text"] ?? "").replaceAll(new RegExp(`^${groups["indent"]}`, "gm"), ""),
  }));
}

/** The text of the block with this name. */
export function findExample(markdown: string, name: string): string {
  const found = findBlocks(markdown).filter((block) => block.name === name);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} examples are named ${name}.`);
  return found[0].text;
}

/** The cells of the rows below the table head that begins with this cell. */
export function readTable(markdown: string, firstHead: string): string[][] {
  const lines = markdown.split("\n").map((line) => line.trim());
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHead} |`));
  if (start === -1) throw new Error(`There is no table that begins with ${firstHead}.`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  return lines.slice(start + 2, end === -1 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/** The texts between backticks in a cell. */
export function readCode(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}
