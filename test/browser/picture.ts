/** Pictures in the guides. Each contains its page's text, so that a test can notice when the picture is out of date. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";

const CHUNK_OVERHEAD = 12;
const SIGNATURE_BYTES = 8;
const KEYWORD = "Description";

/** Writes a screenshot with the page's text in it (PNG, third edition, 11.3.3.4: `iTXt`). */
export function writePicture(path: string, screenshot: Buffer, text: string): void {
  const end = screenshot.length - CHUNK_OVERHEAD;
  // The keyword, then flags: not compressed, no language, no translated keyword.
  const chunk = makeChunk("iTXt", Buffer.from(`${KEYWORD}\0\0\0\0\0${text}`, "utf8"));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.concat([screenshot.subarray(0, end), chunk, screenshot.subarray(end)]));
}

function makeChunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}

/** The text of the page from which a picture was made; `null` if the picture has none. */
export function readPictureText(path: string): string | null {
  const picture = readFileSync(path);
  for (let at = SIGNATURE_BYTES; at < picture.length;) {
    const length = picture.readUInt32BE(at);
    const type = picture.toString("latin1", at + 4, at + 8);
    const data = picture.toString("utf8", at + 8, at + 8 + length);
    if (type === "iTXt" && data.startsWith(`${KEYWORD}\0`)) return data.slice(KEYWORD.length + 5);
    at += length + CHUNK_OVERHEAD;
  }
  return null;
}
