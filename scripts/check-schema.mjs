/** Fails when `graphql/schema.graphql` differs from the schema in the code. Does not change the file. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const SCHEMA = join(ROOT, "graphql/schema.graphql");

const read = () => (existsSync(SCHEMA) ? readFileSync(SCHEMA, "utf8") : null);
const committed = read();
const { status } = spawnSync(process.execPath, [join(ROOT, "dist/src/app/emit-schema.js")], {
  cwd: ROOT,
  stdio: "inherit",
});
const emitted = read();
if (committed === null) rmSync(SCHEMA, { force: true });
else writeFileSync(SCHEMA, committed);

if (status !== 0) {
  process.stderr.write("The schema could not be emitted.\n");
  process.exitCode = 1;
} else if (committed !== emitted) {
  process.stderr.write(
    "graphql/schema.graphql differs from the schema in the code: run `npm run schema` and commit it.\n",
  );
  process.exitCode = 1;
}
