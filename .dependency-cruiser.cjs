/**
 * Which part of `src` may import which, type imports included: imports only go down. The test in `test/architecture` runs
 * these rules, also over a tree that breaks each of them, and checks that every file was read.
 */

/** From top to bottom. A part imports itself and lower layers, and never another part of its own layer. */
const LAYERS = [
  ["main"],
  ["app"],
  ["sign-in", "scim", "imports", "training", "webhooks"],
  ["provisioning"],
  ["connection"],
  ["people"],
  ["events", "audit"],
  ["access"],
  ["platform"],
  ["config"],
];

/** Files directly in `src`, by their part. The other parts are folders. */
const FILES_OF_PARTS = { main: ["main"], app: ["app", "entities"] };

/** What a part may import in addition. */
const EXTRAS = {
  main: ["^migrations/"],
  app: ["^src/connection-types/", "^src/protocols/", "^migrations/"],
  // A provider signs its assertions as it signs its tokens, so one verification serves both.
  scim: ["^src/protocols/"],
  provisioning: ["^src/protocols/"],
};

const DATABASE = "^src/platform/database/|^node_modules/(typeorm|better-sqlite3|mysql2)/";

/** Patterns of the files of a part. */
function patternsOf(part) {
  return [`^src/${part}/`, ...(FILES_OF_PARTS[part] ?? []).map((file) => `^src/${file}\\.ts$`)];
}

const parts = LAYERS.flatMap((layer, place) =>
  layer.map((part) => ({
    name: `${part}-imports-downwards`,
    comment: `${part} may import itself and lower layers. Only app may import connection types.`,
    severity: "error",
    from: {
      path: patternsOf(part),
      ...(part === "connection" && { pathNot: "^src/connection/contract/" }),
    },
    to: {
      path: "^(src|migrations)/",
      pathNot: [
        ...patternsOf(part),
        ...LAYERS.slice(place + 1)
          .flat()
          .flatMap(patternsOf),
        ...(EXTRAS[part] ?? []),
      ],
    },
  })),
);

module.exports = {
  forbidden: [
    ...parts,
    {
      name: "contract-imports-downwards",
      comment: "The contract stands in connection, and knows of protocols only what all of them share.",
      severity: "error",
      from: { path: "^src/connection/contract/" },
      to: {
        path: "^(src|migrations)/",
        pathNot: [
          "^src/connection/contract/",
          "^src/protocols/[^/]+\\.ts$",
          ...LAYERS.slice(LAYERS.findIndex((layer) => layer.includes("connection")) + 1)
            .flat()
            .flatMap(patternsOf),
        ],
      },
    },
    {
      name: "connection-type-imports-contract-and-protocols",
      comment: "A connection type may import neither the database, nor provisioning, nor another connection type.",
      severity: "error",
      from: { path: "^src/connection-types/([^/]+)/" },
      to: {
        path: "^(src|migrations)/",
        pathNot: ["^src/connection-types/$1/", "^src/connection/contract/", "^src/protocols/"],
      },
    },
    {
      name: "list-of-connection-types-imports-them",
      comment: "The list may import only the connection types and the contract.",
      severity: "error",
      from: { path: "^src/connection-types/[^/]+$" },
      to: { path: "^(src|migrations)/", pathNot: ["^src/connection-types/", "^src/connection/contract/"] },
    },
    {
      name: "protocols-import-libraries",
      comment: "Protocols get fetch, clock and flow store as arguments.",
      severity: "error",
      from: { path: "^src/protocols/" },
      to: { path: "^(src|migrations)/", pathNot: "^src/protocols/" },
    },
    {
      name: "no-database-behind-protocols",
      comment: "Not even indirectly.",
      severity: "error",
      from: { path: "^src/(protocols|connection-types|connection/contract)/" },
      to: { path: DATABASE, reachable: true },
    },
    {
      name: "decisions-are-pure",
      comment: "Decisions and mappings are pure functions, without the database, even indirectly.",
      severity: "error",
      from: { path: "^src/provisioning/(decide|mappings)" },
      to: { path: DATABASE, reachable: true },
    },
    {
      name: "nothing-of-the-tests",
      comment: "Published code must not import unpublished code.",
      severity: "error",
      from: { path: "^(src|migrations)/" },
      to: { path: "^(test|testing|demo|bench|scripts|dist)/" },
    },
    {
      name: "nothing-of-development",
      comment: "Published code runs without the development dependencies. Types are allowed.",
      severity: "error",
      from: { path: "^(src|migrations)/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg"], pathNot: "^node_modules/@types/" },
    },
    {
      name: "every-folder-has-a-layer",
      comment: "A folder outside every layer would escape the rules.",
      severity: "error",
      from: {
        path: "^src/",
        pathNot: [...LAYERS.flat().flatMap(patternsOf), "^src/connection-types/", "^src/protocols/"],
      },
      to: {},
    },
    { name: "no-cycle", comment: "Types included.", severity: "error", from: {}, to: { circular: true } },
    {
      name: "everything-is-found",
      comment: "An import that cannot be resolved would escape the rules.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 has no API for this tool, which would silently skip TypeScript files.
    parser: "swc",
    tsPreCompilationDeps: true,
    // All code is ESM: a function of ours that is named `require` imports nothing.
    moduleSystems: ["es6"],
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".js"],
    },
  },
};
