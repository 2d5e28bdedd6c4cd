"""What a run takes, as frozen values: a market, a strategy, the settings of the run, and functions added in Python."""

from __future__ import annotations

from sim.scenario.market import (
    CONTENTS as CONTENTS,
    TICKET_KINDS as TICKET_KINDS,
    Attention as Attention,
    BigDate as BigDate,
    BigDay as BigDay,
    Carrier as Carrier,
    Content as Content,
    ContentWeights as ContentWeights,
    Day as Day,
    EngagementResponse as EngagementResponse,
    Fatigue as Fatigue,
    GammaRate as GammaRate,
    Handling as Handling,
    Lead as Lead,
    LotteryResponse as LotteryResponse,
    Market as Market,
    Medium as Medium,
    MoneyMarket as MoneyMarket,
    Need as Need,
    OfferResponse as OfferResponse,
    OptOut as OptOut,
    Patience as Patience,
    People as People,
    Season as Season,
    ServiceResponse as ServiceResponse,
    Source as Source,
    Spend as Spend,
    StageName as StageName,
    ThresholdResponse as ThresholdResponse,
    TicketKind as TicketKind,
    TimeSpread as TimeSpread,
    Trust as Trust,
)
from sim.scenario.mechanism import Mechanism as Mechanism
from sim.scenario.offer import (
    OFFER_KEYS as OFFER_KEYS,
    Format as Format,
    Offer as Offer,
    Prize as Prize,
    Step as Step,
    Terms as Terms,
)
from sim.scenario.scenario import (
    Customers as Customers,
    RunSettings as RunSettings,
    Scenario as Scenario,
)
from sim.scenario.strategy import (
    ENGAGEMENTS as ENGAGEMENTS,
    RFMS as RFMS,
    TIERS as TIERS,
    Acquisition as Acquisition,
    After as After,
    Campaign as Campaign,
    Delivery as Delivery,
    Engagement as Engagement,
    Goals as Goals,
    Limits as Limits,
    Outreach as Outreach,
    Range as Range,
    Rfm as Rfm,
    Rhythm as Rhythm,
    Service as Service,
    Strategy as Strategy,
    Tier as Tier,
    Welcome as Welcome,
    Who as Who,
)
from sim.scenario.strategy_function import (
    Actions as Actions,
    PublicView as PublicView,
    Strategist as Strategist,
    StrategyFunction as StrategyFunction,
)
