/** RSA keys of providers. Making one takes a tenth of a second, so all test files share them. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { placeInCache, placeUnfinished } from "./cache.js";

/** The number of keys in use, by size. */
const handedOut = new Map<number, number>();

/** Returns a key pair that this test file has not used before. */
export function nextRsaPair(bits: number): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const number = handedOut.get(bits) ?? 0;
  handedOut.set(bits, number + 1);
  const place = placeInCache(`rsa-${bits}-${number}.pem`);
  if (place === null) return generateKeyPairSync("rsa", { modulusLength: bits });
  if (!existsSync(place)) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
    const unfinished = placeUnfinished(place);
    writeFileSync(unfinished, privateKey.export({ type: "pkcs8", format: "pem" }));
    renameSync(unfinished, place);
  }
  const privateKey = createPrivateKey(readFileSync(place));
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
