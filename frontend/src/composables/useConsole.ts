import { CallError } from "../socket/call-error.ts";
import { useLoaded, type Loaded } from "./useLoaded.ts";
import { useSocket } from "./useSocket.ts";

/** Whether the server's console is switched on. */
export function useConsole(): Loaded<boolean> {
    const { call } = useSocket();
    return useLoaded(async () => {
        try {
            await call("checkMainTerminal");
            return true;
        } catch (error) {
            // The answer that it is off is a refusal, as Dockge's.
            if (error instanceof CallError && error.code !== "timeout" && error.code !== "disconnected") {
                return false;
            }
            throw error;
        }
    });
}
