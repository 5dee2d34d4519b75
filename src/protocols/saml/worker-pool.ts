/**
 * A few worker threads that verify responses. Threads start when first needed. An idle thread does not keep the process
 * alive. The pool replaces a thread that takes too long or ends, and refuses only that thread's message.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Validator } from "./validator.js";
import type { VerificationAnswer, VerificationJob } from "./verify-message.js";

export interface WorkerPoolOptions {
  /** The compiled worker. */
  readonly worker: URL;
  /** The number of threads: at least two, so that one slow document never stops the others. */
  readonly threads?: number;
  /** How many messages may wait for a thread. The pool refuses a further message with `SAML_BUSY`. */
  readonly queueLength?: number;
  /** How long a thread may work on one message, including the start of the thread. */
  readonly timeLimitMilliseconds?: number;
}

interface Task {
  readonly job: VerificationJob;
  readonly answer: (answer: VerificationAnswer) => void;
}

interface Thread {
  readonly worker: Worker;
  task: Task | null;
  timer: NodeJS.Timeout | null;
}

/** Real responses need about twenty megabytes. A document that needs more than this ends its thread, not the process. */
const THREAD_MEMORY_MEGABYTES = 256;

export function createWorkerPool(options: WorkerPoolOptions): Validator {
  const size = options.threads ?? Math.max(2, Math.min(4, availableParallelism()));
  const queueLength = options.queueLength ?? 200;
  const timeLimit = options.timeLimitMilliseconds ?? 10_000;
  const threads = new Set<Thread>();
  const queue: Task[] = [];
  let isClosed = false;

  function start(): Thread {
    const worker = new Worker(options.worker, {
      resourceLimits: { maxOldGenerationSizeMb: THREAD_MEMORY_MEGABYTES },
      // The threads do not need the options of this process, such as a loader or code to evaluate.
      execArgv: [],
    });
    const thread: Thread = { worker, task: null, timer: null };
    threads.add(thread);
    worker.on("message", (answer: VerificationAnswer) => settle(thread, answer));
    worker.on("error", () => replace(thread, "the worker thread ended with an error"));
    worker.on("exit", () => replace(thread, "the worker thread ended"));
    worker.unref();
    return thread;
  }

  function settle(thread: Thread, answer: VerificationAnswer): void {
    const { task, timer } = thread;
    if (timer !== null) clearTimeout(timer);
    thread.task = null;
    thread.timer = null;
    thread.worker.unref();
    task?.answer(answer);
    next();
  }

  function replace(thread: Thread, reason: string): void {
    if (!threads.delete(thread)) return;
    void thread.worker.terminate();
    settle(thread, { outcome: "refused", code: "SAML_VERIFICATION_STOPPED", detail: reason });
  }

  function next(): void {
    if (queue.length === 0 || isClosed) return;
    const idle = [...threads].find(({ task }) => task === null);
    const thread = idle ?? (threads.size < size ? start() : null);
    if (thread === null) return;
    thread.task = queue.shift()!;
    // While the thread works, it keeps the process alive, so that a graceful stop waits for its message.
    thread.worker.ref();
    thread.timer = setTimeout(() => replace(thread, `not finished after ${timeLimit} ms`), timeLimit);
    thread.worker.postMessage(thread.task.job);
  }

  return {
    verify: (job) =>
      new Promise((answer) => {
        if (isClosed) answer(busy("the service is stopping"));
        else if (queue.length >= queueLength) answer(busy(`${queueLength} messages are waiting`));
        else {
          queue.push({ job, answer });
          next();
        }
      }),
    close: async () => {
      isClosed = true;
      for (const task of queue.splice(0)) task.answer(busy("the service is stopping"));
      await Promise.all(
        [...threads].map(async (thread) => {
          await thread.worker.terminate();
          replace(thread, "the service is stopping");
        }),
      );
    },
  };
}

function busy(detail: string): VerificationAnswer {
  return { outcome: "refused", code: "SAML_BUSY", detail };
}
