/** Who needs a second factor: operators and break-glass accounts always do, whatever the policy. */
import { expect, test } from "@jest/globals";
import { secondFactorRequired } from "../../../src/people/user/break-glass/break-glass.rules.js";

const OPERATOR = { kind: "OPERATOR" } as const;
const BREAK_GLASS = { kind: "USER", breakGlass: true } as const;
const PERSON = { kind: "USER", breakGlass: false } as const;

test.each([
  ["an operator", OPERATOR, null, true],
  ["a break-glass account, where factors are off", BREAK_GLASS, "OFF", true],
  ["a break-glass account, where factors are optional", BREAK_GLASS, "OPTIONAL", true],
  ["a person, where factors are required", PERSON, "REQUIRED", true],
  ["a person, where factors are optional", PERSON, "OPTIONAL", false],
  ["a person, where factors are off", PERSON, "OFF", false],
] as const)("a second factor is required of %s: %#", (_who, account, secondFactor, expected) => {
  expect(secondFactorRequired(account, secondFactor && { secondFactor })).toBe(expected);
});
