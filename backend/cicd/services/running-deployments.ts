import type { DeploymentErrorCode } from "../../../common/schema/deployment.ts";
import { DeploymentFailure } from "../core/failure.ts";

/** What runs in this process, so that it can be asked to stop. */
export interface RunningDeployments {
    /** Registers a run; its signal aborts with a `DeploymentFailure`. */
    begin(id: string): AbortSignal;
    /** With its signal only that run: another one of the same id may have begun meanwhile. */
    end(id: string, signal?: AbortSignal): void;
    /** Asks a run to stop; false when it does not run here. */
    abort(id: string, why: { readonly errorCode: DeploymentErrorCode; readonly message: string }): boolean;
    /** Stops everything, for shutting down. */
    abortAll(why: { readonly errorCode: DeploymentErrorCode; readonly message: string }): void;
}

export function createRunningDeployments(): RunningDeployments {
    const controllers = new Map<string, AbortController>();
    return {
        begin(id) {
            const controller = new AbortController();
            controllers.set(id, controller);
            return controller.signal;
        },
        end(id, signal) {
            if (signal === undefined || controllers.get(id)?.signal === signal) {
                controllers.delete(id);
            }
        },
        abort(id, why) {
            const controller = controllers.get(id);
            controller?.abort(new DeploymentFailure(why.errorCode, why.message));
            return controller !== undefined;
        },
        abortAll(why) {
            for (const controller of controllers.values()) {
                controller.abort(new DeploymentFailure(why.errorCode, why.message));
            }
        },
    };
}
