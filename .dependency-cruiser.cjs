/**
 * Which room of the house may import which, type imports included: an import only goes down. The test in
 * `test/architecture` runs this, proves that it finds what is forbidden, and counts what was looked at.
 */

/** From top to bottom. A room imports what stands on lines below its own, and never a neighbour on its line. */
const LINES = [
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

/** Files that stand directly in `src`, and the room that they belong to. The others are folders. */
const FILES_OF_ROOMS = { main: ["main"], app: ["app", "entities"] };

/** What each room may import beside itself and the lines below. */
const EXTRAS = {
  main: ["^migrations/"],
  app: ["^src/connection-types/", "^src/protocols/", "^migrations/"],
};

const DATABASE = "^src/platform/database/|^node_modules/(typeorm|better-sqlite3|mysql2)/";

/** Patterns for everything in a room. */
function patternsOf(room) {
  return [`^src/${room}/`, ...(FILES_OF_ROOMS[room] ?? []).map((file) => `^src/${file}\\.ts$`)];
}

const rooms = LINES.flatMap((line, place) =>
  line.map((room) => ({
    name: `${room}-imports-downwards`,
    comment: `${room} imports itself and what stands below it; connection types are known to app alone.`,
    severity: "error",
    from: {
      path: patternsOf(room),
      ...(room === "connection" && { pathNot: "^src/connection/contract/" }),
    },
    to: {
      path: "^(src|migrations)/",
      pathNot: [
        ...patternsOf(room),
        ...LINES.slice(place + 1)
          .flat()
          .flatMap(patternsOf),
        ...(EXTRAS[room] ?? []),
      ],
    },
  })),
);

module.exports = {
  forbidden: [
    ...rooms,
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
          ...LINES.slice(LINES.findIndex((line) => line.includes("connection")) + 1)
            .flat()
            .flatMap(patternsOf),
        ],
      },
    },
    {
      name: "connection-type-imports-contract-and-protocols",
      comment: "A connection type reaches neither the database nor provisioning, and knows no sibling.",
      severity: "error",
      from: { path: "^src/connection-types/([^/]+)/" },
      to: {
        path: "^(src|migrations)/",
        pathNot: ["^src/connection-types/$1/", "^src/connection/contract/", "^src/protocols/"],
      },
    },
    {
      name: "list-of-connection-types-imports-them",
      comment: "The list names the connection types and nothing else.",
      severity: "error",
      from: { path: "^src/connection-types/[^/]+$" },
      to: { path: "^(src|migrations)/", pathNot: ["^src/connection-types/", "^src/connection/contract/"] },
    },
    {
      name: "protocols-import-libraries",
      comment: "Protocol knowledge only; fetch, clock and flow store are handed in.",
      severity: "error",
      from: { path: "^src/protocols/" },
      to: { path: "^(src|migrations)/", pathNot: "^src/protocols/" },
    },
    {
      name: "no-database-behind-protocols",
      comment: "Not even through something else.",
      severity: "error",
      from: { path: "^src/(protocols|connection-types|connection/contract)/" },
      to: { path: DATABASE, reachable: true },
    },
    {
      name: "decisions-are-pure",
      comment: "Deciding and mapping take values and give values; the database stays out, even behind something else.",
      severity: "error",
      from: { path: "^src/provisioning/(decide|mappings)" },
      to: { path: DATABASE, reachable: true },
    },
    {
      name: "nothing-of-the-tests",
      comment: "What is shipped imports nothing that is not.",
      severity: "error",
      from: { path: "^(src|migrations)/" },
      to: { path: "^(test|testing|demo|bench|scripts|dist)/" },
    },
    {
      name: "nothing-of-development",
      comment: "What is shipped runs without the development dependencies. Types alone are no matter.",
      severity: "error",
      from: { path: "^(src|migrations)/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg"], pathNot: "^node_modules/@types/" },
    },
    {
      name: "every-room-has-its-place",
      comment: "A folder that no line names would escape every arrow.",
      severity: "error",
      from: {
        path: "^src/",
        pathNot: [...LINES.flat().flatMap(patternsOf), "^src/connection-types/", "^src/protocols/"],
      },
      to: {},
    },
    { name: "no-cycle", comment: "Types included.", severity: "error", from: {}, to: { circular: true } },
    {
      name: "everything-is-found",
      comment: "An import that cannot be resolved is an arrow that nobody looked at.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 has no API for this tool, which would then read no TypeScript at all and find nothing wrong.
    parser: "swc",
    tsPreCompilationDeps: true,
    // The house is ESM throughout, and a function of ours that is called `require` imports nothing.
    moduleSystems: ["es6"],
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".js"],
    },
  },
};
