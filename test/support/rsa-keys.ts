/** RSA keys of providers: making one takes a tenth of a second of work, so every test file uses the same ones again. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { placeInCache, placeUnfinished } from "./cache.js";

/** How many of each size were handed out. */
const handedOut = new Map<number, number>();

/** A key pair that nothing else in this test file has. */
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
