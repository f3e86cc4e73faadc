// Texts: the sentence itself, and how much each of its words carries of a learner's answer.

import { isPassing } from "./ask.js";
import { choice, element, say, whenSettled } from "./dom.js";
import { ranking } from "./numbers.js";

const SIDE = 160; // pixels of a thumbnail
const LETTERS = 34; // pixels
const STALE = 4000; // milliseconds after which students that learn are asked again
const AGAIN = 2000; // milliseconds until one is asked again who could not answer at once
const FEW = 3; // words that are named
const LEAST = 0.08; // of the largest share, from which a word is marked
const TOGETHER = /^[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff!?！？]/; // no blank before it

const lines = new WeakMap(); // of the examples, the text of each number

function tokenLines(examples) {
  if (!lines.has(examples)) {
    const { values } = examples.arrays.text_tokens;
    lines.set(examples, new TextDecoder().decode(values).split("\n"));
  }
  return lines.get(examples);
}

function placesOf({ arrays: { texts: { values, shape } } }, index) {
  return values.subarray(index * shape[1], (index + 1) * shape[1]);
}

/** The tokens of example `index`, in their order; padding is left out. */
function tokensOf(examples, index) {
  const known = tokenLines(examples);
  return Array.from(placesOf(examples, index)).filter((at) => at > 0).map((at) => known[at]);
}

/** Whether tokens follow each other without a blank: characters, not words. */
const isJoined = ({ arrays }) => Boolean(arrays.text_joined.values[0]);

/** The first words on a canvas, as many as there is room for. */
function draw(canvas, examples, index) {
  canvas.width = canvas.height = SIDE;
  canvas.classList.add("kd-smooth");
  const context = canvas.getContext("2d");
  context.fillStyle = "#12161c";
  context.fillRect(0, 0, SIDE, SIDE);
  context.fillStyle = "#e6e9ee";
  context.font = `${LETTERS}px sans-serif`;
  const joined = isJoined(examples);
  const tokens = tokensOf(examples, index);
  let [x, y] = [8, LETTERS + 6];
  for (const token of tokens) {
    const { width } = context.measureText(token);
    if (x > 8 && x + width > SIDE - 6) [x, y] = [8, y + LETTERS + 5];
    if (y > SIDE - 4) return;
    context.fillText(token, x, y);
    x += width + (joined ? 0 : 5);
  }
}

/** The numbers of the vocabulary that a network is asked with. */
function question(examples, index) {
  const numbers = examples.arrays.text_numbers.values;
  return Array.from(placesOf(examples, index), (at) => numbers[at]);
}

const views = new WeakMap(); // of the examples

/**
 * The sentence as an element, which stays the same; once the learners have answered its words are
 * marked by what they carry.
 *
 * @param ask sends a question to the run's learners, or nothing: then the sentence stands alone
 */
function detail(examples, index, words, ask) {
  if (!views.has(examples)) views.set(examples, sentenceView(examples, words, ask));
  const view = views.get(examples);
  view.show(index);
  return view.root;
}

function sentenceView(examples, words, ask) {
  const marked = markedText({ classes: examples.classes, words, joined: isJoined(examples) });
  marked.root.dataset.whole = "1";
  let shown = null;
  let asked = 0;
  const askThem = whenSettled(async () => {
    const index = shown;
    if (!marked.root.isConnected) return;
    asked = performance.now();
    try {
      const answer = await ask({ query: "words", inputs: [question(examples, index)] });
      if (shown === index) marked.answered(answer, 0);
    } catch (error) {
      if (shown !== index) return;
      marked.unanswered();
      if (isPassing(error.code ?? "")) setTimeout(askThem, AGAIN);
    }
  });
  return {
    root: marked.root,
    show(index) {
      const isOld = marked.isLive() && performance.now() - asked > STALE;
      if (shown === index && !isOld) return;
      if (shown !== index) marked.text(tokensOf(examples, index));
      shown = index;
      if (ask) askThem();
    },
  };
}

/**
 * A text whose words are marked by their shares of a learner's logit.
 *
 * @returns {root, text(tokens), answered(answer, number of the text), unanswered(), isLive()}
 */
export function markedText({ classes, words, joined = false }) {
  const names = { teacher: words.example_teacher, plain: words.example_plain,
    distilled: words.example_distilled };
  const state = { learner: "teacher", tokens: [], answer: null, at: 0, joined };
  const sentence = element("p", { class: "kd-words-text" });
  const told = element("p", { class: "kd-caption kd-words-told" });
  const learners = choice(words.example_learner, names, state.learner, (name) => {
    state.learner = name;
    show();
  });
  const root = element("div", { class: "kd-words", "data-testid": "marked-words" },
    sentence, learners, told);

  function show() {
    const shares = sharesOf();
    const highest = shares ? Math.max(1e-9, ...shares.values.map(Math.abs)) : 1;
    sentence.replaceChildren(...state.tokens.flatMap((token, at) => {
      const share = shares ? shares.values[at] / highest : 0;
      const blank = at && !state.joined && !TOGETHER.test(token) ? " " : "";
      if (Math.abs(share) < LEAST) return [blank + token];
      const kind = share > 0 ? "for" : "against";
      return [blank, element("mark", { class: `kd-word-${kind}`,
        style: `--share: ${Math.abs(share).toFixed(2)}`,
        title: `${visible(token)} ${signed(shares.values[at])}` }, token)];
    }));
    const has = (name) => Boolean(state.answer?.shares[name]);
    for (const button of learners.children) button.hidden = !has(button.dataset.name);
    learners.hidden = !state.answer;
    told.textContent = shares ? sentenceOf(shares) : "";
  }

  function sharesOf() {
    const { answer, at } = state;
    const own = answer?.shares[state.learner]?.[at];
    if (!own || answer.tokens[at].length !== state.tokens.length) return null;
    const [likeliest] = ranking(answer.logits[state.learner][at]);
    const place = Math.max(0, answer.numbers[at].indexOf(likeliest));
    return { values: own[place], of: answer.numbers[at][place] };
  }

  function sentenceOf({ values, of }) {
    const order = [...values.keys()].sort((one, other) => values[other] - values[one]);
    const named = (places) => places.map((at) => `${visible(state.tokens[at])} ${signed(values[at])}`).join(", ");
    const carrying = order.filter((at) => values[at] > 0).slice(0, FEW);
    const against = order.filter((at) => values[at] < 0).slice(-FEW).reverse();
    const parts = [say(words.example_for, { label: classes[of], words: named(carrying) || "–" })];
    if (against.length) parts.push(say(words.example_against, { words: named(against) }));
    return parts.join(" ");
  }

  return {
    root,
    text(tokens) {
      Object.assign(state, { tokens, answer: null });
      show();
    },
    answered(answer, at) {
      Object.assign(state, { answer, at, tokens: answer.tokens[at], joined: answer.joined });
      if (!answer.shares[state.learner]) [state.learner] = Object.keys(answer.shares);
      learners.show(state.learner);
      show();
    },
    unanswered() {
      told.textContent = words.example_unanswered;
    },
    isLive: () => state.answer !== null && state.answer.epoch !== null,
  };
}

/** A blank is a token, too, where a text is cut into characters. */
const visible = (token) => (token.trim() ? token : "␣");
const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

export const textExamples = { draw, question, detail };
