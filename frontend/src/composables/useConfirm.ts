import { shallowRef, type InjectionKey, type Ref } from "vue";
import { required } from "./required.ts";

export interface Question {
    readonly title: string;
    readonly body: string;
    /** The label of the button that says yes. */
    readonly action: string;
    readonly danger?: boolean;
}

export interface Confirm {
    /** The question that is being asked. */
    readonly question: Readonly<Ref<Question | undefined>>;
    /** Asks, and resolves with the answer. A second question answers the first with no. */
    confirm(question: Question): Promise<boolean>;
    answer(yes: boolean): void;
}

export const confirmKey: InjectionKey<Confirm> = Symbol("confirm");

/** Asks before something that cannot be taken back. */
export function useConfirm(): Confirm {
    return required(confirmKey);
}

export function createConfirm(): Confirm {
    const question = shallowRef<Question>();
    let resolveLast: ((yes: boolean) => void) | undefined;

    function answer(yes: boolean): void {
        question.value = undefined;
        resolveLast?.(yes);
        resolveLast = undefined;
    }

    return {
        question,
        answer,
        confirm(next) {
            answer(false);
            question.value = next;
            return new Promise((resolve) => {
                resolveLast = resolve;
            });
        },
    };
}
