import { Annotation, StateField, type ChangeSet, type StateCommand, type Transaction } from "@codemirror/state";

/** The steps that can be taken back, and those that were. */
interface History {
    readonly undone: readonly ChangeSet[];
    readonly done: readonly ChangeSet[];
    readonly lastTime: number;
}

const replay = Annotation.define<History>();
/** Typing without a longer pause is one step. */
const pauseMs = 600;
const atMost = 500;

/** Remembers the changes of an editor. */
export const undoHistory = StateField.define<History>({
    create: () => ({ done: [], undone: [], lastTime: 0 }),
    update(history, transaction) {
        const replayed = transaction.annotation(replay);
        if (replayed !== undefined) {
            return replayed;
        }
        return transaction.docChanged ? remember(history, transaction) : history;
    },
});

function remember(history: History, transaction: Transaction): History {
    const inverse = transaction.changes.invert(transaction.startState.doc);
    const now = Date.now();
    const last = history.done.at(-1);
    const joins = last !== undefined && now - history.lastTime < pauseMs;
    const done = joins ? [...history.done.slice(0, -1), inverse.compose(last)] : [...history.done, inverse];
    return { done: done.slice(-atMost), undone: [], lastTime: now };
}

/** Takes the last step back. */
export const undo: StateCommand = ({ state, dispatch }) => {
    const history = state.field(undoHistory);
    const changes = history.done.at(-1);
    if (changes === undefined || state.readOnly) {
        return false;
    }
    const next = {
        done: history.done.slice(0, -1),
        undone: [...history.undone, changes.invert(state.doc)],
        lastTime: 0,
    };
    dispatch(state.update({ changes, annotations: replay.of(next), scrollIntoView: true }));
    return true;
};

/** Does the last undone step again. */
export const redo: StateCommand = ({ state, dispatch }) => {
    const history = state.field(undoHistory);
    const changes = history.undone.at(-1);
    if (changes === undefined || state.readOnly) {
        return false;
    }
    const next = {
        done: [...history.done, changes.invert(state.doc)],
        undone: history.undone.slice(0, -1),
        lastTime: 0,
    };
    dispatch(state.update({ changes, annotations: replay.of(next), scrollIntoView: true }));
    return true;
};
