import { CallError } from "../socket/call-error.ts";
import { useSession } from "./useSession.ts";

/** Fetches from the REST interface with the login's token; throws CallError unless the answer is good. */
export function useRest(): (path: string) => Promise<Response> {
    const { token } = useSession();

    return async (path) => {
        const headers: HeadersInit = token.value === null ? {} : { Authorization: `Bearer ${token.value}` };
        const response = await fetch(`/api/v1${path}`, { headers });
        if (!response.ok) {
            throw new CallError(String(response.status), "error.rest", true);
        }
        return response;
    };
}
