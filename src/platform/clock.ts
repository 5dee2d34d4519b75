/** The present moment, handed to whoever needs it, so that tests can move it. */
export type Clock = () => Date;

/** The clock of the machine. */
export const systemClock: Clock = () => new Date();
