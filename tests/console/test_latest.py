"""Of answers that overtake each other, the one to the last question counts."""

import asyncio

from passgate.console.components.latest import Latest


def test_an_answer_that_was_overtaken_is_dropped() -> None:
    async def overtaken() -> list[str | None]:
        latest, slow_may_answer = Latest(), asyncio.Event()

        async def slow() -> str:
            await slow_may_answer.wait()
            return "slow"

        async def quick() -> str:
            return "quick"

        first = asyncio.create_task(latest.answer(slow()))
        await asyncio.sleep(0)
        second = await latest.answer(quick())
        slow_may_answer.set()
        return [await first, second, await latest.answer(quick())]

    assert asyncio.run(overtaken()) == [None, "quick", "quick"]
