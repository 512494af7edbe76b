import { readonly, ref, type Ref } from "vue";
import { useI18n } from "vue-i18n";
import { useAsyncAction } from "./useAsyncAction.ts";
import { useSocket } from "./useSocket.ts";
import { useToasts } from "./useToasts.ts";

export type ServiceVerb = "startService" | "stopService" | "restartService";

export interface ServiceActions {
    /** What is being done, and to which service. */
    readonly busy: Readonly<Ref<{ readonly service: string; readonly verb: ServiceVerb } | undefined>>;
    run(service: string, verb: ServiceVerb): Promise<void>;
}

/** Starts, stops and restarts single services of a stack; one at a time, as the server does. */
export function useServiceActions(stack: string): ServiceActions {
    const { call } = useSocket();
    const { t, te } = useI18n();
    const toasts = useToasts();
    const busy = ref<{ service: string; verb: ServiceVerb }>();

    const action = useAsyncAction(async (service: string, verb: ServiceVerb) => {
        busy.value = { service, verb };
        const { msg } = await call(verb, stack, service);
        toasts.success(te(msg) ? t(msg) : msg);
    });

    return {
        busy: readonly(busy),
        async run(service, verb) {
            await action.run(service, verb);
            busy.value = undefined;
        },
    };
}
