import { DeploymentFailure } from "../../core/failure.ts";

/** The two ways in which a run is asked to end. */
export interface PipelineEnds {
    /** Ends its jobs. */
    readonly cancel: AbortSignal;
    /** Lets go of them: they run on, and are followed on later. */
    readonly leave: AbortSignal;
}

/** What a run's signal means: an interruption leaves the jobs running, everything else ends them. */
export function endsOf(signal: AbortSignal): PipelineEnds {
    const cancel = new AbortController();
    const leave = new AbortController();
    const tell = (): void => {
        const reason: unknown = signal.reason;
        const isLeft = reason instanceof DeploymentFailure && reason.errorCode === "interrupted";
        (isLeft ? leave : cancel).abort(reason);
    };
    if (signal.aborted) {
        tell();
    } else {
        signal.addEventListener("abort", tell, { once: true });
    }
    return { cancel: cancel.signal, leave: leave.signal };
}
