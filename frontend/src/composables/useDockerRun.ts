import { useSocket } from "./useSocket.ts";

/** Turns a `docker run` command into a compose file. Throws CallError with the reason where it is none. */
export function useDockerRun(): (command: string) => Promise<string> {
    const { call } = useSocket();
    return async (command) => (await call("composerize", command)).composeTemplate;
}
