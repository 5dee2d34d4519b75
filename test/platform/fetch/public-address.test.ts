/** Which addresses count as public. */
import { describe, expect, test } from "@jest/globals";
import { isPublicAddress } from "../../../src/platform/fetch/public-address.js";
import { HOSTILE_ANSWERS, PUBLIC_ADDRESSES } from "./addresses.js";

describe("an address", () => {
  test.each(PUBLIC_ADDRESSES)("%s is public", (address) => expect(isPublicAddress(address)).toBe(true));
  test.each(HOSTILE_ANSWERS)("%s is not public", (address) => expect(isPublicAddress(address)).toBe(false));
});
