"""Messages that are not questions about what the documents say: courtesies, help, matters outside, other languages."""

from functools import lru_cache
from typing import TYPE_CHECKING

from index.search import SearchResults
from index.terms import FUNCTION_WORDS, terms
from service.answering.composition import short_title, whole_passages
from service.answering.context import QuestionContext
from service.answering.types import Answer
from service.steps.outcome import Passed
from service.understanding.heads import heads_for
from service.understanding.words import words_of

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_CLEAR = 0.6  # probability from which a message is taken to be no question
_COURTEOUS = 3  # terms of a courtesy at most
_KNOWN = 0.5  # share of the words of an English question, at least, that documents or questions have
_WORDS = 3  # of a message whose language can be told
_LIKELY = 0.7  # probability of its language, or of those as like it as Malay and Indonesian
_ALIKE = 3
_NEAREST = 3  # passages attached
_PLEASE_ASK = {  # "Please ask in English; the passages nearest to your question are attached."
    "ar": "يرجى طرح السؤال باللغة الإنجليزية؛ أقرب المقاطع مرفقة.",
    "bn": "অনুগ্রহ করে ইংরেজিতে প্রশ্ন করুন; নিকটতম অনুচ্ছেদগুলি সংযুক্ত আছে।",
    "de": "Bitte stellen Sie die Frage auf Englisch; die nächstliegenden Stellen sind angefügt.",
    "es": "Por favor, pregunte en inglés; se adjuntan los pasajes más cercanos.",
    "fa": "لطفاً به انگلیسی بپرسید؛ نزدیک‌ترین بخش‌ها پیوست شده‌اند.",
    "fr": "Veuillez poser la question en anglais ; les passages les plus proches sont joints.",
    "hi": "कृपया अंग्रेज़ी में पूछें; निकटतम अंश संलग्न हैं।",
    "id": "Silakan ajukan pertanyaan dalam bahasa Inggris; bagian yang paling dekat dilampirkan.",
    "it": "La preghiamo di fare la domanda in inglese; i passi più vicini sono allegati.",
    "ja": "質問は英語でお願いします。最も近い箇所を添付します。",
    "km": "សូមសួរជាភាសាអង់គ្លេស; អត្ថបទជិតបំផុតត្រូវបានភ្ជាប់។",
    "ko": "영어로 질문해 주세요. 가장 가까운 구절을 첨부합니다.",
    "lo": "ກະລຸນາຖາມເປັນພາສາອັງກິດ; ຂໍ້ຄວາມທີ່ໃກ້ຄຽງທີ່ສຸດແມ່ນຕິດຄັດມາ.",
    "ms": "Sila kemukakan soalan dalam bahasa Inggeris; petikan yang paling hampir dilampirkan.",
    "nl": "Stel de vraag in het Engels; de dichtstbijzijnde passages zijn bijgevoegd.",
    "pt": "Faça a pergunta em inglês, por favor; as passagens mais próximas estão anexadas.",
    "ru": "Пожалуйста, задайте вопрос на английском языке; ближайшие отрывки приложены.",
    "ta": "ஆங்கிலத்தில் கேளுங்கள்; மிக நெருக்கமான பகுதிகள் இணைக்கப்பட்டுள்ளன.",
    "th": "กรุณาถามเป็นภาษาอังกฤษ ข้อความที่ใกล้เคียงที่สุดแนบมาด้วย",
    "tl": "Mangyaring magtanong sa Ingles; nakalakip ang pinakamalapit na mga sipi.",
    "tr": "Lütfen sorunuzu İngilizce sorun; en yakın bölümler eklenmiştir.",
    "ur": "براہِ کرم انگریزی میں پوچھیں؛ قریب ترین اقتباسات منسلک ہیں۔",
    "vi": "Vui lòng đặt câu hỏi bằng tiếng Anh; các đoạn gần nhất được đính kèm.",
    "zh": "请用英语提问；附上最接近的段落。",
}


def other_language(context: QuestionContext) -> Answer | Passed:
    """Says in the language of the message that questions are to be in English."""
    language = _language(context)
    if language is None:
        return Passed("the message is in English")
    nearest = context.search(_NEAREST)
    said = (
        f"{_PLEASE_ASK.get(language, '')} Please ask in English; the nearest passages are attached.".strip()
    )
    return _reply(context, said, nearest)


def small_talk(context: QuestionContext) -> Answer | Passed:
    """Replies to greetings and thanks, in which nothing is asked."""
    request = context.request
    if request.intent != "courtesy" or request.chance < _CLEAR or len(request.topic) > _COURTEOUS:
        return Passed("is no courtesy alone")
    return _reply(context, f"Ask a question, and it is answered in the words of the {_documents(context)}.")


def help(context: QuestionContext) -> Answer | Passed:
    """Says what can be asked."""
    request = context.request
    if request.intent != "help" or request.chance < _CLEAR:
        return Passed("does not ask for help")
    titles = "\n".join(f"- {short_title(document)}" for document in context.documents)
    said = (
        f"I answer questions about the {_documents(context)} below, with quotations that can be checked. Ask who leads an "
        "item, whether someone is a member, when or where something was held, how many items there are, what changed between two "
        "plans, what an abbreviation means, or for everything on a topic. I say so where the documents do not tell.\n"
        f"{titles}"
    )
    return _reply(context, said)


def outside(context: QuestionContext) -> Answer | Passed:
    """Declines what no document answers."""
    request = context.request
    if request.intent != "outside" or request.chance < _CLEAR or request.scope.documents:
        return Passed("may be about the documents")
    return _reply(
        context, f"I can only answer from the {_documents(context)} that I hold, in their own words."
    )


def _documents(context: QuestionContext) -> str:
    count = len(context.documents)
    return f"{count} documents" if count != 1 else "one document"


def _language(context: QuestionContext) -> str | None:
    """The code of another language than English, if the message is in one."""
    words = words_of(context.text)
    asking = heads_for(context.encoder.sha256).asking
    known = [word for word in words if word in FUNCTION_WORDS or _is_known(context, word, asking)]
    if (len(words) < _WORDS and context.text.isascii()) or len(known) >= _KNOWN * len(words):
        return None
    likeliest = _identifier().rank(context.text)[:_ALIKE]
    sure = sum(probability for _, probability in likeliest) >= _LIKELY
    return str(likeliest[0][0]) if sure and all(language != "en" for language, _ in likeliest) else None


def _is_known(context: QuestionContext, word: str, asking: frozenset[str]) -> bool:
    return all(term in asking or context.index.lexical.frequency(term) for term in terms(word))


@lru_cache(maxsize=1)
def _identifier() -> "LanguageIdentifier":
    """The model with its weights, which takes a moment to load."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _reply(context: QuestionContext, said: str, nearest: SearchResults | None = None) -> Answer:
    passages = [result.passage for result in nearest.results] if nearest else []
    return Answer("not_found", said, 0.0, context.text, whole_passages(passages), context.index.id)
