import type { HttpProbe } from "../../core/http-probe.ts";

/** Asks over Node's own fetch. */
export const fetchProbe: HttpProbe = {
    async status(url, timeoutSeconds, signal) {
        try {
            const response = await fetch(url, {
                redirect: "manual",
                signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]),
                headers: { "user-agent": "dockge-cicd health check" },
            });
            await response.body?.cancel();
            return response.status;
        } catch {
            // Refused, reset, too slow: all of them mean "not answering yet".
            return undefined;
        }
    },
};
