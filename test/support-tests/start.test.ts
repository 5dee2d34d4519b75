/** `npm start` builds only after a change, copies files that are not code, and then becomes the program. */
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";

const ROOT = resolve(import.meta.dirname, "../..");

let tree: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

/** Starts the program. Sends it SIGTERM once when it has printed `signalAt`, because a second SIGTERM would end it at once. */
function start(parameters: readonly string[], signalAt: string | null = null) {
  return new Promise<{ code: number | null; signal: string | null; output: string }>((done, fail) => {
    const child = spawn(process.execPath, [join(tree, "scripts/start.mjs"), ...parameters], {
      cwd: tmpdir(),
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    let output = "";
    let signalled = false;
    const take = (chunk: Buffer) => {
      output += chunk.toString("utf8");
      if (signalAt === null || signalled || !output.includes(signalAt)) return;
      signalled = true;
      child.kill("SIGTERM");
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", fail);
    child.on("close", (code, signal) => done({ code, signal, output }));
  });
}

beforeAll(() => {
  tree = realpathSync(mkdtempSync(join(tmpdir(), "usher-start-")));
  for (const path of ["scripts", "tsconfig.json", "tsconfig.build.json", "package.json"]) {
    cpSync(join(ROOT, path), join(tree, path), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(tree, "node_modules"));
  write("src/main.ts", 'import { word } from "./word.js";\nconsole.log(word);\nprocess.exitCode = 3;\n');
  write("src/word.ts", 'export const word: string = "first";\n');
  write("src/pages/page.css", "body { color: teal }\n");
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

test("builds at first, not again, and again when a source changed or went away", async () => {
  expect(await start([])).toEqual({ code: 3, signal: null, output: "first\n" });
  expect(existsSync(join(tree, "dist/src/pages/page.css"))).toBe(true);
  const built = statSync(join(tree, "dist")).ino;
  expect((await start([])).output).toBe("first\n");
  expect(statSync(join(tree, "dist")).ino).toBe(built);
  write("src/word.ts", 'export const word: string = "second";\n');
  rmSync(join(tree, "src/pages"), { recursive: true });
  expect((await start([])).output).toBe("second\n");
  expect(existsSync(join(tree, "dist/src/pages/page.css"))).toBe(false);
});

test("the program gets the signal, and stack traces name the sources", async () => {
  write(
    "demo/main.ts",
    'process.on("SIGTERM", () => { clearInterval(timer); console.log("stopped"); process.exitCode = 4; });\n' +
      'const timer = setInterval(() => {}, 1000);\nconsole.log(new Error("where").stack, "\\nready");\n',
  );
  const { code, output } = await start(["demo"], "ready");
  expect([code, output.endsWith("stopped\n")]).toEqual([4, true]);
  expect(output).toContain("demo/main.ts:");
});

test("nothing is started after a failed build, and nothing that has no name", async () => {
  write("src/word.ts", "export const word: string = 1;\n");
  const failed = await start([]);
  expect([failed.code, failed.output.includes("word.ts(1,14)"), failed.output.includes("second")]).toEqual([
    1,
    true,
    false,
  ]);
  expect((await start(["toString"])).code).toBe(2);
});
