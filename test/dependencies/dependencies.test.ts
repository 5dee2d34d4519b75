/** Usher's dependencies: their licences leave the choice of Usher's licence open, and all support the same Node range. */
import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { subset } from "semver";
import { findWrongLicences, isPermissive, type LockedPackage } from "./licences.js";

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};

/** The manifests of these packages have no field that npm copies. The licence is in `licenses` or in the readme. */
const READ_BY_HAND = { "passport-strategy@1.0.0": "MIT", "pause@0.0.1": "MIT" };

it("every package that comes with Usher has a permissive licence", () => {
  expect(findWrongLicences(packages, READ_BY_HAND)).toEqual([]);
});

it("a licence that is missing, unknown or not permissive is found; a tool's licence is not asked about", () => {
  const found = findWrongLicences(
    {
      "": { license: "UNLICENSED" },
      "node_modules/good": { version: "1.0.0", license: "MIT" },
      "node_modules/good/node_modules/nameless": { version: "1.0.0" },
      "node_modules/copyleft": { version: "2.0.0", license: "GPL-3.0-only" },
      "node_modules/odd": { version: "3.0.0", license: "SEE LICENSE IN LICENSE.txt" },
      "node_modules/both": { version: "4.0.0", license: "MIT AND LGPL-3.0-or-later" },
      "node_modules/optional": { version: "5.0.0", license: "AGPL-3.0-only", optional: true },
      "node_modules/tool": { version: "6.0.0", license: "GPL-3.0-only", dev: true },
    },
    { "nameless@0.9.0": "MIT" },
  );
  expect(found).toEqual([
    "nameless@1.0.0: none",
    "copyleft@2.0.0: GPL-3.0-only",
    "odd@3.0.0: SEE LICENSE IN LICENSE.txt",
    "both@4.0.0: MIT AND LGPL-3.0-or-later",
    "optional@5.0.0: AGPL-3.0-only",
  ]);
});

it.each([
  ["MIT", true],
  ["(MIT OR GPL-3.0-only)", true],
  ["(MIT AND BSD-3-Clause)", true],
  ["GPL-2.0-only OR GPL-3.0-only", false],
  ["MIT OR (Apache-2.0 AND GPL-3.0-only)", false],
  ["mit", false],
  ["", false],
])("%s is permissive: %s", (expression, expected) => {
  expect(isPermissive(expression)).toBe(expected);
});

it("every package supports each version of Node that Usher supports, so that `npm ci` warns of none", () => {
  const supported = packages[""]!.engines!.node!;
  const narrower = Object.entries(packages).filter(
    // npm leaves out an optional package that does not support the running Node, and does not warn.
    ([, { engines, optional }]) => optional !== true && engines?.node && !subset(supported, engines.node),
  );
  expect(narrower.map(([path, { engines }]) => `${path}: ${engines?.node}`)).toEqual([]);
  const { engines } = JSON.parse(readFileSync("package.json", "utf8")) as LockedPackage;
  expect(engines?.node).toBe(supported);
});
