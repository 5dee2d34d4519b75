/** Whether a test file, or a file that it imports, reads an environment variable. */
export function reaches(test: string, variable: string): boolean;
