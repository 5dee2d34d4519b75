/** The tables of settings in the administrators' guides match the declarations. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { fillGuide, settingsTable } from "../../../src/connection/settings-table.js";
import { writeGuides } from "../../../src/connection/write-guides.js";
import { builtInConnectionTypes } from "../../../src/connection-types/index.js";
import { createSpecimen, PLAIN_TYPE } from "../support/specimen.js";

const BUILT_IN = builtInConnectionTypes({
  entraAuthority: "https://login.microsoftonline.com",
  graphUrl: "https://graph.microsoft.com",
  googleIssuer: "https://accounts.google.com",
  googleDirectoryUrl: "https://admin.googleapis.com",
});

describe("the table of settings", () => {
  const cellsOf = (table: string) => table.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));

  test("has a line for each setting", () => {
    const lines = cellsOf(settingsTable(createSpecimen().type)).map((cells) => cells.slice(1, -1));
    expect(lines).toHaveLength(13);
    expect(lines[0]).toEqual(["setting", "kind", "required", "default", "meaning"]);
    expect(lines[2]).toEqual([
      "`address`",
      "url",
      "yes",
      "",
      "Address. Where the provider is. A change ends the sessions of the connection.",
    ]);
    expect(lines).toContainEqual(["`skewSeconds`", "integer", "", "`60`", "Skew. Seconds."]);
    expect(lines).toContainEqual([
      "`style`",
      "choice",
      "",
      '`"form"`',
      "Style. How to send. One of `plain_text`, `form`.",
    ]);
  });

  test("replaces the text between the marks of its type, and nothing more", () => {
    const guide =
      "# A\n\n<!-- settings:plain -->\nold\n<!-- /settings -->\n\n<!-- settings:made-up -->\n<!-- /settings -->\nend\n";
    const filled = fillGuide(guide, PLAIN_TYPE);
    expect(filled).toBe(
      `# A\n\n<!-- settings:plain -->\n\n${settingsTable(PLAIN_TYPE)}\n\n<!-- /settings -->\n\n<!-- settings:made-up -->\n<!-- /settings -->\nend\n`,
    );
    expect(fillGuide(filled, PLAIN_TYPE)).toBe(filled);
    expect(fillGuide("no marks", PLAIN_TYPE)).toBe("no marks");
    expect(() => fillGuide("<!-- settings:plain -->", PLAIN_TYPE)).toThrow(/without/);
  });

  test("escapes bars in texts", () => {
    const { word } = PLAIN_TYPE.settings;
    expect(settingsTable({ ...PLAIN_TYPE, settings: { word: { ...word, help: "a | b\nc" } } })).toContain("a \\| b c");
  });
});

describe("the guides", () => {
  test("are written if they exist and differ", async () => {
    const root = await mkdtemp(join(tmpdir(), "usher-guides-"));
    try {
      await mkdir(join(root, "docs/administrators"), { recursive: true });
      const path = join(root, PLAIN_TYPE.guide);
      await writeFile(path, "<!-- settings:plain --><!-- /settings -->");
      const other = { ...PLAIN_TYPE, id: "other", guide: "docs/administrators/none.md" };
      expect(await writeGuides([PLAIN_TYPE, other], root)).toEqual([PLAIN_TYPE.guide]);
      expect(await readFile(path, "utf8")).toContain("| `word` | text | yes |  | Word. A word. |");
      expect(await writeGuides([PLAIN_TYPE, other], root)).toEqual([]);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });

  test.each(BUILT_IN.map((type) => [type.guide, type] as const))(
    "%s is up to date (run `npm run guides`)",
    async (guide, type) => {
      const text = await readFile(guide, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return null;
        throw error;
      });
      if (text !== null) expect(text).toBe(fillGuide(text, type));
    },
  );
});
