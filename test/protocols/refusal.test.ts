/** Each refusal is defined once, with a code under the prefix of its protocol. */
import { describe, expect, test } from "@jest/globals";
import { defineRefusals } from "../../src/protocols/refusal.js";

const text = { message: "Please sign in again.", remedy: "Compare the clocks." };

describe("defineRefusals", () => {
  test("returns the texts, and a function that throws one of the codes", () => {
    const { texts, refuse } = defineRefusals("CAS_", { CAS_TICKET_EXPIRED: text });
    expect(texts.CAS_TICKET_EXPIRED).toBe(text);
    expect(() => refuse("CAS_TICKET_EXPIRED", "at 9:00")).toThrow(
      expect.objectContaining({ name: "ProtocolRefusal", code: "CAS_TICKET_EXPIRED", detail: "at 9:00" }),
    );
    expect(() => refuse("CAS_TICKET_EXPIRED")).toThrow(expect.objectContaining({ detail: null }));
  });

  test.each(["TICKET_EXPIRED", "CAS_", "CAS__EXPIRED", "CAS_expired", "CASE_EXPIRED"])(
    "refuses the code %s",
    (code) => {
      expect(() => defineRefusals("CAS_", { [code]: text })).toThrow(code);
    },
  );

  test.each(["", "CAS", "_", "cas_", "2CAS_"])("refuses the prefix %j", (prefix) => {
    expect(() => defineRefusals(prefix, {})).toThrow("prefix");
  });
});
