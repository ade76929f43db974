// Why there is no answer, in plain words.
export class Refusal extends Error {
  // signIn: whether signing in would help
  constructor(message, signIn = false) {
    super(message);
    this.signIn = signIn;
  }

  static async of(response) {
    if (response.status === 401) return new Refusal("You are not signed in, or no longer. Sign in to ask this question.", true);
    const seconds = Number(response.headers.get("retry-after"));
    const wait = `Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`;
    if (response.status === 429) return new Refusal(`You have asked too often in a short time. ${wait}`);
    if (response.status === 503 && seconds) return new Refusal(`The service is busy. ${wait}`);
    const { detail } = await response.json().catch(() => ({ detail: `the service failed (${response.status})` }));
    return new Refusal(`The question could not be answered: ${detail}.`);
  }
}
