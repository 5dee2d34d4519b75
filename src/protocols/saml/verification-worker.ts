/**
 * The code of a worker thread. For each message that the thread receives, it sends one answer. The worker pool starts
 * the thread from the compiled program.
 */
import { parentPort } from "node:worker_threads";
import { verifyMessage, type VerificationJob } from "./verify-message.js";

const port = parentPort;
if (port === null) throw new Error("This file is started as a worker thread, not as a program.");
// A defect ends the thread, and the pool replaces it.
port.on("message", (job: VerificationJob) => void verifyMessage(job).then((answer) => port.postMessage(answer)));
