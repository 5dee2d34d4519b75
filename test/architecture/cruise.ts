/** Runs dependency-cruiser with our rules on this tree, or on a tree that breaks them. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

export interface Findings {
  /** Each violation as `rule: from → to`. */
  readonly violations: readonly string[];
  /** Every module that was read, with its imports as they are written. */
  readonly imports: ReadonlyMap<string, readonly string[]>;
}

interface CruiseResult {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly module: string }[];
  }[];
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

/** The files with an ending in a folder, at any depth, relative to the root. Empty if the folder does not exist. */
export function listFiles(root: string, folder: string, ending: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file}`);
}

/** Runs dependency-cruiser on `src` and, if they exist, on the migrations. */
export function cruise(root: string): Findings {
  const folders = ["src", "migrations"].filter((folder) => existsSync(join(root, folder)));
  const output = execFileSync(
    process.execPath,
    [
      join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"),
      `--config=${join(ROOT, ".dependency-cruiser.cjs")}`,
      "--output-type=json",
      ...folders,
    ],
    { cwd: root, encoding: "utf8", maxBuffer: 256 * 1024 * 1024, env: { ...process.env, NODE_OPTIONS: "" } },
  );
  const result = JSON.parse(output) as CruiseResult;
  return {
    violations: result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
    imports: new Map(
      result.modules.map(({ source, dependencies }) => [source, dependencies.map(({ module }) => module)]),
    ),
  };
}
